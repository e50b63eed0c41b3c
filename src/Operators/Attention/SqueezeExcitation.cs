using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>
/// Squeeze-and-excitation: weighs each channel by a gate computed from the channels' global means. Becomes visible layers: pool, two 1x1
/// convolutions, gate, product.
/// </summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> or <c>[N, C, T]</c>, unchanged. Parameters: 2·C·squeezed + squeezed + C, in <c>NAME/reduce</c> and
/// <c>NAME/widen</c>. MACs: 2·C·squeezed. Sources: Hu et al. 2018; torchvision.ops.SqueezeExcitation.
/// </remarks>
[Kind("squeeze_excitation")]
public sealed record SqueezeExcitation : Operator
{
    /// <summary>
    /// Hidden channels are the input's divided by this, rounded down, at least 1. Default: 16. <see cref="SqueezeChannels"/> overrides it.
    /// </summary>
    [Between(1)]
    public long Reduction { get; init; } = 16;                                                   // Hu et al. 2018, table 10

    /// <summary>Hidden channels. Default: by <see cref="Reduction"/>.</summary>
    [Between(1)]
    public long? SqueezeChannels { get; init; }

    /// <summary>Activation between the two convolutions. Default: relu.</summary>
    public Operator Activation { get; init; } = new Activation { Kind = "relu" };

    /// <summary>Activation that gives the channel weights. Default: sigmoid.</summary>
    public Operator Gate { get; init; } = new Activation { Kind = "sigmoid" };

    public override bool Expands => true;

    public override Wire? Expand(Expansion expansion)
    {
        var rank = Twins.RankOf(expansion.ShapeContext.Input);
        if (!expansion.ShapeContext.IsDefaultOrder(rank) || !expansion.ShapeContext.HasFeatures(out var channels))
            return null;
        var conv = Twins.Of("conv", rank);
        var pooled = expansion.Add("pool", new GlobalPool { Kind = "global_avg_pool", KeepDims = true }, expansion.Input);
        var reduced = expansion.Add(
            "reduce",
            new Conv
            {
                Kind = conv,
                OutChannels = SqueezeChannels ?? Math.Max(1, channels / Reduction),
                KernelSize = 1,
            },
            pooled
        );
        var active = expansion.Add("activation", Activation, reduced);
        var widened = expansion.Add("widen", new Conv { Kind = conv, OutChannels = channels, KernelSize = 1 }, active);
        var gate = expansion.Add("gate", Gate, widened);
        return expansion.Finish(new Elementwise { Kind = "multiply" }, expansion.Input, gate);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("default", new SqueezeExcitation(), [32, 5, 4]),
        new("fewer channels than the reduction", new SqueezeExcitation { Activation = new Activation { Kind = "silu" } }, [4, 5, 4]),
        new(
            "given width and gate",
            new SqueezeExcitation
            {
                SqueezeChannels = 3,
                Activation = new Activation { Kind = "silu" },
                Gate = new Activation { Kind = "tanh" },
            },
            [6, 5, 4]
        ),
        new("a volume", new SqueezeExcitation { Reduction = 2 }, [6, 2, 3, 4]),
        new("a sequence", new SqueezeExcitation { Reduction = 2 }, [6, 5]),
    ];
}
