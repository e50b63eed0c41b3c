using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Oracle;

/// <summary>Runs a network around its placeholders, which give random numbers in the shapes that they promise.</summary>
internal static class PlaceholderRun
{
    public static bool HasPlaceholders(Plan plan) => plan.Layers.Any(layer => layer.Operator.StandsFor is not null);

    /// <summary>Every value of the network, in memory order.</summary>
    /// <param name="symbol">The number for each symbol, and for the batch, N.</param>
    public static Dictionary<Wire, Tensor> Of(TorchModel model, Tensor[] inputs, Func<string, long> symbol)
    {
        if (!HasPlaceholders(model.Plan))
            return model.Run(inputs);
        var values = model
            .Plan.Inputs.Select((input, i) => (Wire: new Wire(input.Name), Value: TorchModel.ToMemoryOrder(inputs[i], input.Shape)))
            .ToDictionary(each => each.Wire, each => each.Value);
        foreach (var layer in model.Layers)
        {
            var repeats = layer.Plan.Repeats.Evaluate(symbol);
            layer.Batch = symbol("N") * repeats;
            var outputs =
                layer.Plan.Operator.StandsFor is null
                    ? layer.Run([.. layer.Plan.Inputs.Select(wire => values[wire])])
                    : Array.ConvertAll(layer.Plan.Outputs, shape => TensorSizes.Random(shape, symbol, repeats));
            for (var port = 0; port < outputs.Length; port++)
                values[new(layer.Plan.Name, port)] = outputs[port];
        }

        return values;
    }
}
