using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>A compilation with its layers by name: asked for by every fault of it.</summary>
/// <param name="json">The spec as sent.</param>
internal sealed class PlainNetwork(Compilation compiled, JsonElement json)
{
    private readonly Dictionary<string, PlannedLayer> _planned = ByName(compiled.Planned.Layers, layer => layer.Name, layer => layer);
    private readonly Dictionary<string, Layer> _rows = ByName(compiled.Planned.Rows, row => row.Layer.Name, row => row.Layer);
    private readonly Dictionary<string, Layer> _written = ByName(compiled.Graph.Layers, layer => layer.Name, layer => layer);

    public Compilation Compiled => compiled;

    public Layer? Row(string name) => _rows.GetValueOrDefault(name);

    public PlannedLayer? Producer(Wire wire) => _planned.GetValueOrDefault(wire.Source);

    public string NameOf(string layer) => compiled.Graph.KnownAs.GetValueOrDefault(layer, layer);

    /// <summary>The layer of the graph that a layer is, or is a part of: <c>gate</c> for <c>gate/reduce</c>.</summary>
    public Layer? WrittenAt(Layer layer)
    {
        for (var name = layer.Name; ; name = name[..name.LastIndexOf('/')])
        {
            if (_written.TryGetValue(name, out var written))
                return written.Path == layer.Path ? written : null;
            if (!name.Contains('/', StringComparison.Ordinal))
                return null;
        }
    }

    /// <summary>Whether the layer is the norm or activation that another layer's object names.</summary>
    public bool IsInside(Layer layer) =>
        layer.Name.LastIndexOf('/') is > 0 and var slash
        && _written.TryGetValue(layer.Name[..slash], out var outer)
        && outer.Path == layer.Path;

    public SpecPath? Attributes(Layer layer)
    {
        if (WrittenAt(layer)?.Name != layer.Name || layer.Branches is not null)
            return null;
        if (!IsInside(layer))
            return layer.Path;
        var inside = layer.Path[layer.Name[(layer.Name.LastIndexOf('/') + 1)..]];
        return ValueAt(inside)?.ValueKind == JsonValueKind.Object ? inside : null;
    }

    public JsonElement? ValueAt(SpecPath path)
    {
        var at = json;
        foreach (var step in JsonPatch.Steps(path.ToString()))
        {
            if (at.ValueKind == JsonValueKind.Object && at.TryGetProperty(step, out var member))
                at = member;
            else if (at.ValueKind == JsonValueKind.Array && int.TryParse(step, out var index) && index < at.GetArrayLength())
                at = at[index];
            else
                return null;
        }

        return at;
    }

    private static Dictionary<string, TValue> ByName<T, TValue>(IEnumerable<T> all, Func<T, string> name, Func<T, TValue> value)
    {
        var named = new Dictionary<string, TValue>();
        foreach (var each in all)
            named.TryAdd(name(each), value(each));
        return named;
    }
}
