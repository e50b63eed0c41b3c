using ConcatService.Domain.Graphs;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>A plan with tensors: its parameters and buffers by key, in declared order, and the forward pass. Float32; owns its tensors until disposed.</summary>
public sealed class TorchModel : IDisposable
{
    private readonly List<TorchLayer> _layers = [];

    /// <summary>Parameters are zero until an initializer or a checkpoint fills them.</summary>
    public TorchModel(Plan plan, Device? device = null)
    {
        Plan = plan;
        foreach (var layer in plan.Layers)
        {
            var own = new Dictionary<string, Tensor>();
            foreach (var declared in layer.Parameters)
            {
                var tensor = zeros(declared.Dims, ScalarType.Float32, device, requires_grad: declared.Trainable).DetachFromDisposeScope();
                own[declared.Name] = tensor;
                Parameters.Add(new(layer.KeyOf(declared), declared, tensor));
            }

            _layers.Add(new(layer, own));
        }
    }

    public Plan Plan { get; }

    /// <summary>Every parameter and buffer in declared order, which is the order of checkpoints and of the weights' hash.</summary>
    public List<ModelParameter> Parameters { get; } = [];

    public IReadOnlyList<TorchLayer> Layers => _layers;

    /// <summary>Whether dropout drops and statistics are updated. Default: false.</summary>
    public bool Training
    {
        set => _layers.ForEach(layer => layer.Training = value);
    }

    /// <summary>Runs the network.</summary>
    /// <param name="inputs">One for each spec input, in the spec's order and layout: <c>[N, 1, 28, 28]</c>.</param>
    /// <returns>One for each spec output, in the spec's layout.</returns>
    /// <remarks>Intermediate tensors belong to the caller's dispose scope.</remarks>
    public Tensor[] Forward(params Tensor[] inputs)
    {
        var values = new Dictionary<Wire, Tensor>();
        for (var i = 0; i < Plan.Inputs.Count; i++)
            values[new(Plan.Inputs[i].Name)] = ToMemoryOrder(inputs[i], Plan.Inputs[i].Shape);
        foreach (var layer in _layers)
        {
            var outputs = layer.Run([.. layer.Plan.Inputs.Select(wire => values[wire])]);
            for (var port = 0; port < outputs.Length; port++)
                values[new(layer.Plan.Name, port)] = outputs[port];
        }

        return [.. Plan.Outputs.Select(output => ToWrittenOrder(values[output.Wire], Plan.Shapes[output.Wire]))];
    }

    public void Dispose()
    {
        foreach (var parameter in Parameters)
            parameter.Tensor.Dispose();
    }

    /// <summary>[N, H, W, C] as written -> [N, C, H, W] as computed; a view, nothing is copied.</summary>
    public static Tensor ToMemoryOrder(Tensor x, Shape shape) =>
        shape.FeatureMovesFirst ? x.permute([0, shape.Rank - 1, .. Enumerable.Range(1, shape.Rank - 2).Select(i => (long)i)]) : x;

    /// <summary>[N, C, H, W] as computed -> [N, H, W, C] as written; a view, nothing is copied.</summary>
    public static Tensor ToWrittenOrder(Tensor x, Shape shape) =>
        shape.FeatureMovesFirst ? x.permute([.. Enumerable.Range(0, shape.Rank).Select(position => (long)shape.IndexOfPosition(position))]) : x;
}

/// <summary>A tensor of the model, by its key: <c>stem.weight</c>.</summary>
public sealed record ModelParameter(string Key, Parameter Declared, Tensor Tensor);
