using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Oracle;

internal static class TensorSizes
{
    /// <summary>The sizes of the tensor that libtorch sees, in memory order: features right after the batch.</summary>
    /// <param name="repeats">How many steps of each sample are in the batch: inside of a <c>time_distributed</c> all.</param>
    public static long[] Of(Shape shape, Func<string, long> symbol, long repeats = 1)
    {
        var sizes = new long[shape.Dims.Count];
        for (var position = 0; position < sizes.Length; position++)
            sizes[shape.IndexOfPosition(position)] = shape.Dims[position].Evaluate(symbol);
        sizes[0] *= repeats;
        return sizes;
    }

    /// <summary>Random numbers in a shape, in memory order; whole ones are zeros.</summary>
    public static Tensor Random(Shape shape, Func<string, long> symbol, long repeats)
    {
        var sizes = Of(shape, symbol, repeats);
        return shape.DType == DType.Int64 ? zeros(sizes, ScalarType.Int64) : randn(sizes);
    }

    /// <summary>How many steps of each sample are in the batch of what a layer or input gives.</summary>
    public static Func<string, long> Repeats(Plan plan, Func<string, long> symbol)
    {
        var layers = plan.Layers.ToDictionary(layer => layer.Name, layer => layer.Repeats.Evaluate(symbol));
        return source => layers.GetValueOrDefault(source, 1);
    }
}
