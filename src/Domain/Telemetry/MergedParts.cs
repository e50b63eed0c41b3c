using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Telemetry;

/// <summary>Which layers are parts of a composite one, such as a fusion.</summary>
internal sealed class MergedParts
{
    private readonly Dictionary<string, PlannedLayer> _layers;

    private MergedParts(Plan plan) => _layers = plan.Layers.ToDictionary(layer => layer.Name);

    public static MergedParts Of(Plan plan) => new(plan);

    /// <summary>Whether it is a tensor of the network's own, which no sample changes.</summary>
    public bool IsOwn(Wire wire) => _layers.TryGetValue(wire.Source, out var layer) && layer.Inputs.Length == 0;

    /// <summary>Whether each input comes from outside of the composite, through one layer at most, and no two are the same.</summary>
    public bool BringsTogether(PlannedLayer part)
    {
        var origins = part.Inputs.Select(wire => OriginOf(part, wire)).ToList();
        return origins.TrueForAll(origin => origin is not null) && origins.Distinct().Count() == origins.Count;
    }

    private Wire? OriginOf(PlannedLayer part, Wire wire)
    {
        if (!IsOfSame(part, wire))
            return wire;
        return _layers[wire.Source] is { Inputs: [var before] } && !IsOfSame(part, before) ? before : null;
    }

    private bool IsOfSame(PlannedLayer part, Wire wire) =>
        _layers.TryGetValue(wire.Source, out var layer)
        && layer.Layer.EdgeOf(0) is null
        && layer.Path.ToString() == part.Path.ToString();
}
