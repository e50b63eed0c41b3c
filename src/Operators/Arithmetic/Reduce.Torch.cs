using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Reductions in TorchSharp.</summary>
internal sealed class ReduceTorch : TorchLowering<Reduce>
{
    protected override Tensor Forward(Reduce op, TorchLayer layer, Tensor[] x)
    {
        var indices = op.Indices(layer.Plan.Input);
        var reduced = op.Op switch
        {
            // The gradient of a sum is a view; that of a mean a map of its own.
            ReduceOp.Mean => x[0].sum(indices, op.KeepDims) / indices.Aggregate(1L, (count, index) => count * x[0].shape[index]),
            ReduceOp.Sum => x[0].sum(indices, op.KeepDims),
            ReduceOp.Max => x[0].amax(indices, op.KeepDims),
            ReduceOp.Min => x[0].amin(indices, op.KeepDims),
            ReduceOp.L2 => linalg.vector_norm(x[0], 2, indices, op.KeepDims),
            _ => throw new InvalidOperationException($"No libtorch form for {op.Op}."),
        };
        return op.Order(layer.Plan) is { } order ? reduced.permute(order) : reduced;
    }
}
