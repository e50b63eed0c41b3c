using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Gives an input axes that it lacks: those that it had before it was flattened, or axes of one.</summary>
internal static class MoreAxes
{
    public static IEnumerable<(double Place, Rearrange.Way Way)> Of(PlainCase found, Shape input, IReadOnlyList<Axis> wanted)
    {
        var names = Axes.Default(wanted.Count - 1, found.Layout, input.DType);
        if (Unflattened(found, input, names, wanted) is { } before)
            yield return (Places.Reread - 0.2, before);
        if (Square(input, names) is { } square && Rearrange.Read(found, square, names, wanted, "as a small square map.") is { } map)
            yield return (Places.Reread - 0.1, map);
        // What a network is given begins with its places; what a layer computed are features.
        var isGiven = found.SourceInput() is not null;
        if (OneFeature(input, names) is { } one && Rearrange.Read(found, one, names, wanted, "each with one feature.") is { } places)
            yield return (Places.Reread + (isGiven ? 0 : 0.1), places);
        const string AtOnePlace = "all features at one place.";
        if (OnePlace(input, names) is { } single && Rearrange.Read(found, single, names, wanted, AtOnePlace) is { } features)
            yield return (Places.Reread + (isGiven ? 0.1 : 0), features);
    }

    private static Rearrange.Way? Unflattened(PlainCase found, Shape input, Axis[] names, IReadOnlyList<Axis> wanted)
    {
        var flatten = found
            .Before()
            .TakeWhile(layer => layer.Output.Rank == input.Rank)
            .FirstOrDefault(layer => layer.Operator.AxisFlow == AxisFlow.Flattened && layer.Input.Rank == wanted.Count);
        return flatten is not null
            && flatten.Input.Axes.SequenceEqual(names)
            && input.ElementsPerSample is { } numbers
            && numbers == flatten.Input.ElementsPerSample
            ? Rearrange.Read(found, flatten.Input.Dims, names, wanted, $"as they were before {found.NameOf(flatten.Name)}.")
            : null;
    }

    /// <summary>A vector as the widest square map of a power of two channels, as generators begin: 128x7x7 of 6,272.</summary>
    private static Dim[]? Square(Shape input, Axis[] names)
    {
        const long SmallestSide = 4;
        if (input.Rank != 2 || names.Count(axis => axis.IsSpatial()) != 2 || input.ElementsPerSample is not { } numbers)
            return null;
        for (var side = SmallestSide; side * side <= numbers; side++)
        {
            var channels = numbers / (side * side);
            if (numbers % (side * side) == 0 && long.IsPow2(channels) && channels >= side)
                return [.. names.Select(axis => axis == Axis.Batch ? Dim.Batch : (Dim)(axis == Axis.Channels ? channels : side))];
        }

        return null;
    }

    /// <summary>All dimensions as places, the last ones, with a feature axis of one.</summary>
    private static Dim[]? OneFeature(Shape input, Axis[] names)
    {
        var places = names.Count(axis => axis.IsSpatial());
        return input.Rank - 1 <= places ? Placed(input.Dims.Skip(1).ToList(), 1, names) : null;
    }

    /// <summary>The features as they are, and an axis of one for each place that lacks.</summary>
    private static Dim[]? OnePlace(Shape input, Axis[] names)
    {
        if (!input.Has(Axis.Channels))
            return null;
        var places = input.Dims.Where((_, i) => i > 0 && input.Axes[i] != Axis.Channels).ToList();
        var placed = Placed(places, input[Axis.Channels], names);
        // A reshape keeps the order of numbers: it is right where the features stand on the same side.
        var isSameSide = places.Count == 0 || (input.Axes[1] == Axis.Channels) == (names[1] == Axis.Channels);
        return isSameSide ? placed : null;
    }

    private static Dim[] Placed(List<Dim> places, Dim features, Axis[] names)
    {
        var missing = names.Count(axis => axis.IsSpatial()) - places.Count;
        var next = -missing;
        return
        [
            .. names.Select(axis =>
                axis == Axis.Batch ? Dim.Batch
                : axis == Axis.Channels ? features
                : next++ is var place && place < 0 ? 1
                : places[place]
            ),
        ];
    }
}
