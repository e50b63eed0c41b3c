using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Edits;

/// <summary>
/// A vector that weighs or shifts the channels of a map, as in squeeze-and-excitation (Hu et al. 2018) and FiLM (Perez et al. 2018), and
/// has another number of them.
/// </summary>
/// <param name="Map">The branch whose channels it is for.</param>
/// <param name="Maker">The layer that decides how many numbers it has.</param>
/// <param name="Writer">The reshape behind that, which writes out its axes; null without one.</param>
/// <param name="Width">The channels of the map.</param>
internal sealed record NarrowGate(Branch Gate, Branch Map, PlannedLayer Maker, PlannedLayer? Writer, long Width)
{
    public static IEnumerable<NarrowGate> Of(MergeCase merge) =>
        merge.JoinsAxis
            ? []
            : merge.Branches.SelectMany(gate => merge.Branches.Select(map => Of(gate, map))).OfType<NarrowGate>();

    /// <summary>The vector with the map's axes: its numbers at the channels, ones elsewhere.</summary>
    public long[] Shape => [.. Map.Shape.Axes.Skip(1).Select(axis => axis == Axis.Channels ? Width : 1)];

    private static NarrowGate? Of(Branch gate, Branch map)
    {
        if (
            gate == map
            || map.Shape.Dims.Skip(1).Count(size => size != 1) < 2
            || !map.Shape.SpatialAxes.Any()
            || !map.Shape.Has(Axis.Channels)
            || map.Shape[Axis.Channels].Known is not { } width
            || gate.Shape.ElementsPerSample is not { } numbers
            || numbers == width
            || gate.Shape.Dims.Skip(1).Count(size => size != 1) > 1
        )
            return null;
        var position = Enumerable.Range(0, gate.Path.Count).LastOrDefault(i => gate.Path[i].Operator.Width is not null, -1);
        if (position < 0)
            return null;
        var last = gate.Path.Skip(position).ToList();
        return last.TrueForAll(layer => layer.Output.ElementsPerSample == numbers)
            ? new(gate, map, last[0], last.FindLast(layer => layer.Operator.AxisFlow == AxisFlow.Made), width)
            : null;
    }
}
