using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>
/// Weighs each position of a skip connection by a gating signal from a deeper layer: the first input is the features, the second the
/// signal.
/// </summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> and <c>[N, G, h, w]</c> give <c>[N, C, H, W]</c>; a signal of another size is resized. Parameters: C·i +
/// (G·i + i) + (i + 1) with i = inter_channels. Sources: Oktay et al. 2018 (Attention U-Net).
/// </remarks>
[Kind("attention_gate")]
public sealed record AttentionGate : Operator
{
    /// <summary>Hidden channels. Default: half of the features', at least 1.</summary>
    [Between(1)]
    public long? InterChannels { get; init; }

    public override Arity Arity => Arity.Two;

    public override bool Expands => true;

    public override Wire? Expand(Expansion expansion)
    {
        var context = expansion.ShapeContext;
        var rank = Twins.RankOf(context.Input);
        if (!context.IsDefaultOrder(rank) || !context.HasFeatures(out var channels))
            return null;
        if (!context.Inputs[1].SameAxes(context.Input))
        {
            context.Error(
                Codes.LayerAxes,
                $"attention_gate takes two of the same kind and {context.Layer.InputName(0)} is "
                    + $"[{ShapeContext.Names(context.Input.Axes)}], {context.Layer.InputName(1)} "
                    + $"[{ShapeContext.Names(context.Inputs[1].Axes)}]. Bring the second into the order of the first."
            );
            return null;
        }

        var conv = Twins.Of("conv", rank);
        var between = InterChannels ?? Math.Max(1, channels / 2);
        Wire? signal = expansion.Inputs[1];
        if (context.Input.SpatialAxes.Any(axis => context.Input[axis] != context.Inputs[1][axis]))
            signal = expansion.Add(
                "resize",
                new Upsample
                {
                    Size = new TargetSize(0, expansion.Input.Source),
                    Mode = Upsample.Linear(rank),
                },
                signal,
                expansion.Input
            );
        var features = expansion.Add(
            "features",
            new Conv
            {
                Kind = conv,
                OutChannels = between,
                KernelSize = 1,
                Bias = false,
            },
            expansion.Input
        );
        var sought = expansion.Add(
            "signal",
            new Conv
            {
                Kind = conv,
                OutChannels = between,
                KernelSize = 1,
            },
            signal
        );
        var sum = expansion.Add("sum", new Elementwise { Kind = "add" }, features, sought);
        var active = expansion.Add("activation", new Activation { Kind = "relu" }, sum);
        var score = expansion.Add("score", new Conv { Kind = conv, OutChannels = 1, KernelSize = 1 }, active);
        var gate = expansion.Add("gate", new Activation { Kind = "sigmoid" }, score);
        return expansion.Finish(new Elementwise { Kind = "multiply" }, expansion.Input, gate);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("a smaller signal", new AttentionGate(), [8, 6, 8], [5, 3, 4]),
        new("a signal of the same size", new AttentionGate { InterChannels = 3 }, [4, 5, 6], [7, 5, 6]),
        new("volumes", new AttentionGate { InterChannels = 2 }, [4, 4, 3, 2], [3, 2, 3, 1]),
        new("sequences", new AttentionGate { InterChannels = 4 }, [4, 6], [5, 3]),
    ];
}
