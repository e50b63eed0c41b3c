namespace ConcatService.Operators;

/// <summary>The convolutions whose gradient libtorch computes into memory that is not its own.</summary>
internal static class StridedPointTorch
{
    /// <summary>
    /// Whether oneDNN's gradient of the weights writes past its workspace: a 1x1 kernel that strides over a channels-last map of fewer
    /// channels than one of its blocks, 16 numbers at most, which it spaces a whole block apart in room for the channels alone. The heap
    /// breaks, there or much later. Source: github.com/uxlfoundation/oneDNN/issues/6035; seen in libtorch 2.10.
    /// </summary>
    /// <param name="kernel">Cells in each dimension.</param>
    /// <param name="stride">Cells in each dimension.</param>
    /// <param name="channels">Those that one group of the wider map has: a convolution's input, a transposed one's output.</param>
    public static bool Corrupts(long[] kernel, long[] stride, long channels) =>
        channels < 16 && kernel.All(cells => cells == 1) && stride.Any(cells => cells > 1);
}
