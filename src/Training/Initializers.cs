using ConcatService.Domain.Graphs;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>Fills a model before training. Draws from libtorch's generator in declared order, so the seed decides every number.</summary>
internal static class Initializers
{
    private static readonly string[] Saturating = ["sigmoid", "tanh", "hard_sigmoid"];

    public static void Fill(TorchModel model, Initialization initialization)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        foreach (var layer in model.Layers)
        {
            foreach (var declared in layer.Plan.Parameters)
                Fill(layer[declared.Name], declared, initialization == Initialization.Auto ? Fitting(layer.Plan, model.Plan) : initialization);
        }
    }

    private static void Fill(Tensor tensor, Parameter declared, Initialization weights)
    {
        var fanIn = Math.Max(declared.FanIn, 1);
        switch (declared.Initializer)
        {
            case Initializer.Weight when weights == Initialization.Pytorch:
            case Initializer.Bias:
                tensor.uniform_(-1 / Math.Sqrt(fanIn), 1 / Math.Sqrt(fanIn));
                break;
            case Initializer.Weight:
                tensor.normal_(0, Math.Sqrt(Variance(declared, fanIn, weights)));
                break;
            case Initializer.Zeros:
                tensor.zero_();
                break;
            case Initializer.Ones:
                tensor.fill_(1);
                break;
            case Initializer.Normal:
                tensor.normal_();
                break;
            case Initializer.Constant:
                tensor.fill_(declared.Constant);
                break;
            default:
                throw new InvalidOperationException($"No way to fill {declared.Initializer}.");
        }
    }

    private static double Variance(Parameter declared, double fanIn, Initialization weights) => weights switch
    {
        Initialization.Xavier => 2 / (fanIn + FanOut(declared)),
        Initialization.Lecun => 1 / fanIn,
        _ => 2 / fanIn,
    };

    /// <summary>As PyTorch counts it: outputs times window; groups are not looked at.</summary>
    private static double FanOut(Parameter declared) => declared.Dims.Skip(2).Aggregate((double)declared.Dims[0], (product, size) => product * size);

    /// <summary>By the first activation on the way down: norms, pools, merges and the like are looked through, another layer with weights ends the search.</summary>
    private static Initialization Fitting(PlannedLayer layer, Plan plan)
    {
        for (var at = layer; plan.Layers.FirstOrDefault(next => next.Inputs.Any(wire => wire.Source == at.Name)) is { } next; at = next)
        {
            var kind = next.Operator.Kind;
            if (next.Parameters.Any(parameter => parameter.Initializer == Initializer.Weight) || kind == "selu")
                break;
            if (Saturating.Contains(kind))
                return Initialization.Xavier;
            if (kind.EndsWith("lu", StringComparison.Ordinal) || kind is "relu6" or "mish" or "softplus" or "hard_swish")    // relu, leaky_relu, prelu, elu, gelu, silu
                return Initialization.He;
        }

        return Initialization.Lecun;
    }
}
