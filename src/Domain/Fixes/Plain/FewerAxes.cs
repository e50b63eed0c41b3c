using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Takes axes from an input: those of one, or the places of a map in a row.</summary>
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
