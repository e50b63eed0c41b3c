using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fixes.LayerTypes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Brings the features to a number that the layer can divide, or that another input has, by learned weights.</summary>
internal sealed class ProjectWidth : PlainStrategy
{
    private const long MostTimes = 64;

    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (!found.Input.Has(Axis.Channels) || found.Input[Axis.Channels].Known is not { } features)
            yield break;
        var number = 0;
        foreach (var width in Widths(found, features))
        {
            var layer = Layer(found, width);
            if (found.Inserted(("project", layer)) is { } patch)
                yield return new(
                    Places.Projected + (0.1 * number++),
                    new(
                        $"project-{width}",
                        FixKind.Adapter,
                        $"Project the {features:N0} features of {found.InputName} to {width:N0} by a "
                            + (layer["kernel_size"] is null ? "linear layer" : "1x1 convolution"),
                        $"{width:N0} learned mixtures of the features stand for the features themselves.",
                        width < features ? Loss.Dropped : Loss.MadeUp,
                        patch
                    )
                );
        }
    }

    /// <summary>The nearest multiples, the larger one first: it has room for everything.</summary>
    private static IEnumerable<long> Widths(PlainCase found, long features)
    {
        if (found.Wanted.MultipleOf is { } divisor)
        {
            var below = features / divisor * divisor;
            yield return below + divisor;
            if (below > 0)
                yield return below;
        }
        else if (found.Wanted.Width is { } width && width <= MostTimes * features && !IsFlat(found))
        {
            yield return width;
        }
    }

    /// <summary>
    /// Whether a flattened map arrives where a number of features was declared: weights by the million for a slip of the pen.
    /// </summary>
    private static bool IsFlat(PlainCase found) => found.Diagnostic.Code == Codes.DeclaredWidth && found.Input.Rank == 2;

    private static JsonObject Layer(PlainCase found, long width)
    {
        var input = found.Input;
        var isMap = input.Rank is 3 or 4 && input.Axes.SequenceEqual(Axes.Default(input.Rank - 1, found.Layout, DType.Float32));
        return isMap
            ? new() { ["type"] = Twin("conv", input), ["out_channels"] = width, ["kernel_size"] = 1 }
            : new() { ["type"] = "linear", ["out_features"] = width };
    }
}
