using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>
/// Where a number of features comes from: one layer, or the inputs of a concat; each place of a map once where it was flattened.
/// </summary>
/// <param name="Features">All of them.</param>
/// <param name="Places">The sizes that a flatten joined to the features; empty where there was none.</param>
/// <param name="Parts">The inputs of a concat along the features; one part where there is none.</param>
internal sealed record WidthParts(long Features, IReadOnlyList<long> Places, IReadOnlyList<WidthPart> Parts)
{
    /// <summary>How many numbers each feature of the parts became.</summary>
    public long PlacesPerFeature => Places.Aggregate(1L, Saturating.Multiply);

    /// <summary>Null where the number of features is a symbol.</summary>
    public static WidthParts? Of(PlainCase found) =>
        found.Input.Has(Axis.Channels) && found.Input[Axis.Channels].Known is { } features
            ? Traced(found, found.Wire, found.InputName, features)
            : null;

    /// <summary>The sum or product in words: "883 = 768 of text + 80 of audio + 35 of video". Empty for what one layer gives.</summary>
    public string Told
    {
        get
        {
            var inside = Features / PlacesPerFeature;
            var sum = string.Join(" + ", Parts.Select(part => $"{part.Features} of {part.Name}"));
            if (Places.Count > 0)
            {
                var product = $"{Features} = {inside} x {string.Join(" x ", Places)}";
                return Parts.Count > 1 ? $"{product}, and {inside} = {sum}" : $"{product} of {Parts[0].Name}";
            }

            return Parts.Count > 1 ? $"{Features} = {sum}" : "";
        }
    }

    private static WidthParts Traced(PlainCase found, Wire wire, string name, long features)
    {
        var places = new List<long>();
        var inside = features;
        string? flattened = null;
        while (found.Producer(wire) is { Inputs.Length: > 0 } layer)
        {
            if (layer.Operator.Width is not null)
                return new(features, places, [new(inside, flattened ?? name, layer)]);
            if (Joined(found, layer, inside) is { } parts)
                return new(features, places, parts);
            var input = layer.Input;
            if (!input.Has(Axis.Channels) || input[Axis.Channels].Known is not { } before)
                break;
            if (layer.Operator.AxisFlow == AxisFlow.Flattened && before != inside && input.Positions is { } positions)
            {
                if (Saturating.Multiply(before, positions) != inside)
                    break;
                places.AddRange(input.SpatialAxes.Select(axis => input[axis].Value));
                flattened ??= layer.Layer.InputName(0);
            }
            else if (before != inside)
            {
                break;
            }

            (wire, inside) = (layer.Inputs[0], before);
            name = layer.Layer.InputName(0);
        }

        return new(features, places, [new(inside, flattened ?? name, null)]);
    }

    /// <summary>The inputs of a concat along the features; null for other layers.</summary>
    private static List<WidthPart>? Joined(PlainCase found, PlannedLayer layer, long features)
    {
        if (
            layer.Inputs.Length < 2
            || layer.Operator is not IMerge { JoinedAxis: { } joined }
            || joined.PositionIn(layer.Output) is not { } position
            || layer.Output.Axes[position] != Axis.Channels
        )
            return null;
        var parts = new List<WidthPart>();
        for (var i = 0; i < layer.Inputs.Length; i++)
        {
            if (layer.InputShapes[i].Dims[position].Known is not { } width)
                return null;
            parts.Add(new(width, layer.Layer.InputName(i), Decider(found, layer.Inputs[i], width)));
        }

        return parts.Sum(part => part.Features) == features ? parts : null;
    }

    /// <summary>
    /// The layer of which an attribute says how many features arrive there; null behind another concat or a flatten. A concat is not taken
    /// apart further: one that joins a layer with itself, again and again, would have twice as many parts at each.
    /// </summary>
    private static PlannedLayer? Decider(PlainCase found, Wire wire, long features)
    {
        while (found.Producer(wire) is { Inputs.Length: > 0 } layer)
        {
            if (layer.Operator.Width is not null)
                return layer;
            if (!layer.Input.Has(Axis.Channels) || layer.Input[Axis.Channels].Known != features)
                return null;
            wire = layer.Inputs[0];
        }

        return null;
    }
}

/// <summary>Features that come from one place.</summary>
/// <param name="Decider">The layer of which an attribute says how many they are; null where it is none alone.</param>
internal sealed record WidthPart(long Features, string Name, PlannedLayer? Decider);
