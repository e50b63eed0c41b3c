using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>What the fusions share: the branches of a concat, and layers that see one place at a time.</summary>
internal static class Branches
{
    /// <summary>Features of each branch; null after reporting that one has none, or not a number.</summary>
    public static long[]? Widths(Expansion expansion)
    {
        var widths = new long[expansion.Inputs.Count];
        for (var i = 0; i < widths.Length; i++)
        {
            var context = expansion.ShapeContext with { Inputs = [expansion.ShapeContext.Inputs[i]] };
            if (!context.RequireFloat() || !context.HasFeatures(out widths[i]))
                return null;
        }

        return widths;
    }

    /// <summary>
    /// A layer that mixes the features of each place: a 1x1 convolution on maps and sequences, a linear layer on everything else.
    /// </summary>
    public static Operator Pointwise(Expansion expansion, long outFeatures, bool bias = true, bool startsAtZero = false)
    {
        var context = expansion.ShapeContext;
        var spatial = context.Input.Rank - 2;
        return spatial is >= 1 and <= 3 && context.Input.Axes.SequenceEqual(Axes.Default(spatial + 1, context.Layout, DType.Float32))
            ? new Conv
            {
                Kind = Twins.Of("conv", spatial),
                OutChannels = outFeatures,
                KernelSize = 1,
                Bias = bias,
                StartsAtZero = startsAtZero,
            }
            : new Linear
            {
                OutFeatures = outFeatures,
                Bias = bias,
                StartsAtZero = startsAtZero,
            };
    }
}
