using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Takes axes from an input: those of one, the places of a map in a row, or all places as their mean.</summary>
internal static class FewerAxes
{
    public static IEnumerable<(double Place, Rearrange.Way Way)> Of(PlainCase found, Shape input, IReadOnlyList<Axis> wanted)
    {
        var names = Axes.Default(wanted.Count - 1, found.Layout, input.DType);
        var kept = input.Dims.Where((size, i) => i == 0 || size != 1).ToList();
        if (kept.Count == wanted.Count && Rearrange.Read(found, kept, names, wanted, "without the axes of one.") is { } narrow)
            yield return (Places.Reread, narrow);
        if (wanted.Count == 3 && input.Has(Axis.Channels) && InARow(found, input, wanted) is { } row)
            yield return (Places.Joined, row);
        if (wanted is [_, Axis.Channels] && Mean(found, input) is { } mean)
            yield return (mean.Layers.Count > 1 ? Places.Projected : Places.Joined, mean);
    }

    /// <summary>What is said at every place as one vector, of the width that is wanted.</summary>
    private static Rearrange.Way? Mean(PlainCase found, Shape input)
    {
        if (!input.SpatialAxes.Any() || !input.Has(Axis.Channels) || input[Axis.Channels].Known is not { } features)
            return null;
        (string, JsonObject) pool = ("pool", new() { ["type"] = "global_avg_pool" });
        var (title, effect) = ($"Average {found.InputName} over all positions", "What is said at each of them becomes one mean");
        return found.Wanted.Width is not { } width || width == features
            ? new("mean", $"{title} before {found.Name}", $"{effect}.", [pool])
            : new(
                $"mean-{width}",
                $"{title} before {found.Name}, and project the {features} features to {width}",
                $"{effect}, of which {width} learned mixtures are taken.",
                [pool, ("project", new() { ["type"] = "linear", ["out_features"] = width })]
            );
    }

    /// <summary>The places of a map, row after row, as one sequence.</summary>
    private static Rearrange.Way? InARow(PlainCase found, Shape input, IReadOnlyList<Axis> wanted)
    {
        var isFirst = input.Axes[1] == Axis.Channels;
        if (!isFirst && input.Axes[^1] != Axis.Channels)
            return null;
        var flatten = isFirst ? Rearrange.Flatten(2, input.Rank - 1) : Rearrange.Flatten(1, input.Rank - 2);
        Axis[] flat = isFirst ? [Axis.Batch, Axis.Channels, Axis.Time] : [Axis.Batch, Axis.Time, Axis.Channels];
        if (Rearrange.Order(flat, wanted) is not { } order)
            return null;
        return new(
            "places",
            $"Flatten the places of {found.InputName} to one sequence before {found.Name}",
            $"The {input.SpatialSizes} places are read row after row, each with its {input[Axis.Channels]} features.",
            order.Order().SequenceEqual(order) ? [flatten] : [flatten, Rearrange.Permute(order)]
        );
    }
}
