using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>Fills a model before training. Draws from libtorch's generator in declared order, so the seed decides every number.</summary>
public static class Initializers
{
    public static void Fill(TorchModel model, Initialization initialization)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        foreach (var layer in model.Layers.Where(layer => !layer.Plan.SharesWeights))
        {
            foreach (var declared in layer.Plan.Parameters)
                Fill(
                    layer[declared.Name],
                    declared,
                    initialization == Initialization.Auto ? Fitting(layer.Plan, model.Plan) : initialization,
                    layer.Plan,
                    model.Plan
                );
        }
    }

    private static void Fill(Tensor tensor, Parameter declared, Initialization weights, PlannedLayer layer, Plan plan)
    {
        var fanIn = Math.Max(declared.FanIn, 1);
        switch (declared.Initializer)
        {
            case Initializer.Weight when weights == Initialization.Pytorch:
            case Initializer.Bias:
                tensor.uniform_(-1 / Math.Sqrt(fanIn), 1 / Math.Sqrt(fanIn));
                break;
            case Initializer.Weight when weights == Initialization.Dirac:
                Dirac(tensor, layer);
                break;
            case Initializer.Weight when weights == Initialization.Orthogonal:
                // it wants contiguous memory
                tensor.copy_(
                    nn.init.orthogonal_(
                        empty(tensor.shape, device: tensor.device),
                        Fitting(layer, plan) == Initialization.He ? Math.Sqrt(2) : 1
                    )
                );
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
                tensor.normal_(0, declared.Deviation);
                break;
            case Initializer.TruncatedNormal:
                Truncated(tensor, declared.Deviation);
                break;
            case Initializer.Constant:
                tensor.fill_(declared.Constant);
                break;
            default:
                throw new InvalidOperationException($"No way to fill {declared.Initializer}.");
        }
    }

    /// <summary>
    /// Normal between -2 and 2, by the inverse of the distribution function, as PyTorch's trunc_normal_ draws it. TorchSharp's own of 0.107
    /// gives other numbers.
    /// </summary>
    private static void Truncated(Tensor values, double deviation)
    {
        const double Limit = 2;
        var scale = deviation * Math.Sqrt(2);
        // Short of 1 by a step of float32, whose inverse would be infinite.
        var reach = Math.Min(tensor(Limit / scale, ScalarType.Float64).erf().item<double>(), 1 - Math.Pow(2, -23));
        values.uniform_(-reach, reach).erfinv_().mul_(scale).clamp_(-Limit, Limit);
    }

    /// <summary>
    /// [out, in / groups, kH, kW]: a 1 in the middle of the window where the output is its group's input of that number, else 0.
    /// </summary>
    private static void Dirac(Tensor tensor, PlannedLayer layer)
    {
        tensor.zero_();
        var (outputs, inputs) = (tensor.shape[0], tensor.shape[1]);
        var groups = Math.Max(1, layer.Input.Has(Axis.Channels) ? (layer.Input[Axis.Channels].Known ?? inputs) / inputs : 1);
        var perGroup = outputs / groups;
        for (var i = 0L; i < outputs; i++)
        {
            var middle = i % perGroup < inputs ? tensor[i][i % perGroup] : null;
            for (var size = 2; middle is not null && size < tensor.dim(); size++)
                middle = middle[tensor.shape[size] / 2];
            middle?.fill_(1);
        }
    }

    private static double Variance(Parameter declared, double fanIn, Initialization weights) => weights switch
    {
        Initialization.Xavier => 2 / (fanIn + FanOut(declared)),
        Initialization.Lecun => 1 / fanIn,
        _ => 2 / fanIn,
    };

    /// <summary>As PyTorch counts it: outputs times window; groups are not looked at.</summary>
    private static double FanOut(Parameter declared) =>
        declared.Dims.Skip(2).Aggregate((double)declared.Dims[0], (product, size) => product * size);

    /// <summary>
    /// By the first activation on the way down: norms, pools, merges and the like are looked through, another layer with weights ends the
    /// search.
    /// </summary>
    private static Initialization Fitting(PlannedLayer layer, Plan plan)
    {
        for (var at = layer; plan.Layers.FirstOrDefault(next => next.Inputs.Any(wire => wire.Source == at.Name)) is { } next; at = next)
        {
            if (next.Parameters.Any(parameter => parameter.Initializer == Initializer.Weight))
                break;
            if (next.Operator.Nonlinearity?.Gain is { } gain)
                return gain > 1 ? Initialization.He
                    : next.Operator.Effect == Effect.Saturates ? Initialization.Xavier
                    : Initialization.Lecun;
        }

        return Initialization.Lecun;
    }
}
