using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>
/// Efficient channel attention: weighs each channel by the means of it and its neighbors, with one 1d convolution along the channels.
/// </summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> or <c>[N, C, T]</c>, unchanged. Parameters: kernel_size, in <c>NAME/conv</c>. MACs: C·kernel_size. Sources:
/// Wang et al. 2020.
/// </remarks>
[Kind("eca")]
public sealed record Eca : Operator
{
    /// <summary>Kernel size of the convolution along the channels, odd. Default: the odd number next to log2(C)/2 + 1/2.</summary>
    [Between(1)]
    public long? KernelSize { get; init; }

    public override bool Expands => true;

    public override Wire? Expand(Expansion expansion)
    {
        var context = expansion.ShapeContext;
        if (!context.IsDefaultOrder(Twins.RankOf(context.Input)) || !context.HasFeatures(out var channels))
            return null;
        var kernel = KernelSize ?? Adaptive(channels);
        var first = context.Layout == Layout.ChannelsFirst;
        long[] ones = [.. Enumerable.Repeat(1L, context.Input.Rank - 2)];
        var pooled = expansion.Add("pool", new GlobalPool { Kind = "global_avg_pool" }, expansion.Input);
        // the channels as a sequence
        var row = expansion.Add("row", new Reshape { Shape = first ? new[] { 1, channels } : [channels, 1] }, pooled);
        var mixed = expansion.Add(
            "conv",
            new Conv
            {
                Kind = "conv1d",
                OutChannels = 1,
                KernelSize = kernel,
                Padding = Padding.Same,
                Bias = false,
            },
            row
        );
        var gate = expansion.Add("gate", new Activation { Kind = "sigmoid" }, mixed);
        var column = expansion.Add("column", new Reshape { Shape = first ? [channels, .. ones] : (long[])[.. ones, channels] }, gate);
        return expansion.Finish(new Elementwise { Kind = "multiply" }, expansion.Input, column);
    }

    // Wang et al. 2020, eq. 12 with gamma 2 and b 1: t = |log2(C)/2 + 1/2|, made odd.
    private static long Adaptive(long channels)
    {
        var t = (long)Math.Abs((Math.Log2(channels) + 1) / 2);
        return Math.Max(1, t % 2 == 1 ? t : t + 1);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("adaptive", new Eca(), [16, 5, 4]),
        new("given", new Eca { KernelSize = 5 }, [7, 5, 4]),
        new("a sequence", new Eca(), [8, 5]),
        new("a volume", new Eca(), [8, 2, 3, 4]),
    ];
}
