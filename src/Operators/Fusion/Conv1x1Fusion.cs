using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>A 1x1 convolution that mixes the branches, with a norm and an activation.</summary>
[Kind("conv1x1")]
public sealed record Conv1x1Fusion : Fusion
{
    /// <summary>Channels of the output. Default: those of the widest branch.</summary>
    [Between(1)]
    public long? OutChannels { get; init; }

    /// <summary>Norm after the convolution; null for none. Default: batch_norm.</summary>
    public Operator? Norm { get; init; } = new BatchNorm { Kind = "batch_norm" };

    /// <summary>Activation after the norm; null for none. Default: relu.</summary>
    public Operator? Activation { get; init; } = new Activation { Kind = "relu" };

    public override Wire? Fuse(Expansion expansion, Operator joined)
    {
        var context = expansion.ShapeContext;
        if (!context.IsDefaultOrder(Twins.RankOf(context.Input)) || Branches.Widths(expansion) is not { } widths)
            return null;
        // Where a norm follows it takes any bias away again.
        List<(string Part, Operator Layer)> layers =
        [
            ("concat", joined),
            ("conv", Branches.Pointwise(expansion, OutChannels ?? widths.Max(), bias: Norm is null)),
        ];
        if (Norm is not null)
            layers.Add(("norm", Norm));
        if (Activation is not null)
            layers.Add(("activation", Activation));
        var last = layers[..^1]
            .Aggregate(
                expansion.Inputs.Select(branch => (Wire?)branch).ToArray(),
                (inputs, layer) => [expansion.Add(layer.Part, layer.Layer, inputs)]
            );
        return expansion.Finish(layers[^1].Layer, last);
    }
}
