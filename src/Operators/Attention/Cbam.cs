using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>CBAM: channel attention, then spatial attention.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> or <c>[N, C, T]</c>, unchanged. Parameters: 2·C·squeezed + squeezed + C for the channels (one pair of 1x1
/// convolutions reads mean and maximum), 2·k² + 2 for the positions. Sources: Woo et al. 2018; its authors' code.
/// </remarks>
[Kind("cbam")]
public sealed record Cbam : Operator
{
    /// <summary>Hidden channels are the input's divided by this, rounded down, at least 1. Default: 16.</summary>
    [Between(1)]
    public long Reduction { get; init; } = 16;                                                   // Woo et al. 2018, section 4

    /// <summary>Kernel size of the spatial attention's convolution. Default: 7.</summary>
    [Between(1)]
    public long KernelSize { get; init; } = 7;                                                   // Woo et al. 2018, table 2

    public override bool Expands => true;

    public override Wire? Expand(Expansion expansion)
    {
        var rank = Twins.RankOf(expansion.ShapeContext.Input);
        if (!expansion.ShapeContext.IsDefaultOrder(rank) || !expansion.ShapeContext.HasFeatures(out var channels))
            return null;
        var conv = Twins.Of("conv", rank);
        var weighed = WeighChannels(expansion, conv, channels, rank == 1 ? Axis.Time : Axis.Height);
        var mean = expansion.Add("place_mean", new ChannelPool { Kind = "channel_mean" }, weighed);
        var max = expansion.Add("place_max", new ChannelPool { Kind = "channel_max" }, weighed);
        var both = expansion.Add("place_pools", new Concat(), mean, max);
        var seen = expansion.Add(
            "place_conv",
            new Conv
            {
                Kind = conv,
                OutChannels = 1,
                KernelSize = KernelSize,
                Padding = Padding.Same,
                Bias = false,
            },
            both
        );
        var normal = expansion.Add("place_norm", new BatchNorm(), seen);
        var gate = expansion.Add("place_gate", new Activation { Kind = "sigmoid" }, normal);
        return expansion.Finish(new Elementwise { Kind = "multiply" }, weighed, gate);
    }

    /// <summary>Mean and maximum lie side by side, so that the same two convolutions read both.</summary>
    private Wire? WeighChannels(Expansion expansion, string conv, long channels, Axis along)
    {
        var mean = expansion.Add("mean", new GlobalPool { Kind = "global_avg_pool", KeepDims = true }, expansion.Input);
        var max = expansion.Add("max", new GlobalPool { Kind = "global_max_pool", KeepDims = true }, expansion.Input);
        var both = expansion.Add("pools", new Concat { Axis = along }, mean, max); // [N, C, 2, 1]
        var reduced = expansion.Add(
            "reduce",
            new Conv
            {
                Kind = conv,
                OutChannels = Math.Max(1, channels / Reduction),
                KernelSize = 1,
            },
            both
        );
        var active = expansion.Add("activation", new Activation { Kind = "relu" }, reduced);
        var widened = expansion.Add("widen", new Conv { Kind = conv, OutChannels = channels, KernelSize = 1 }, active);
        var ofMean = expansion.Add("of_mean", new Slice { Axis = along, End = 1 }, widened);
        var ofMax = expansion.Add("of_max", new Slice { Axis = along, Start = 1 }, widened);
        var sum = expansion.Add("sum", new Elementwise { Kind = "add" }, ofMean, ofMax);
        var gate = expansion.Add("gate", new Activation { Kind = "sigmoid" }, sum);
        return expansion.Add("weighed", new Elementwise { Kind = "multiply" }, expansion.Input, gate);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("maps", new Cbam { Reduction = 2 }, [8, 6, 5]),
        new("small window", new Cbam { Reduction = 2, KernelSize = 3 }, [6, 5, 4]),
        new("a sequence", new Cbam { Reduction = 2 }, [8, 9]),
    ];
}
