using ConcatService.Domain.Shapes;

namespace ConcatService.Training.Tests.Oracle;

internal static class TensorSizes
{
    /// <summary>The sizes of the tensor that libtorch sees, in memory order: features right after the batch.</summary>
    public static long[] Of(Shape shape, Func<string, long> symbol)
    {
        var sizes = new long[shape.Dims.Count];
        for (var position = 0; position < sizes.Length; position++)
            sizes[shape.IndexOfPosition(position)] = shape.Dims[position].Evaluate(symbol);
        return sizes;
    }
}
