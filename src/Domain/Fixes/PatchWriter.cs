using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes;

/// <summary>Writes the JSON Patch of a repair: attributes, references, and layers put on the way into a layer.</summary>
/// <param name="compiled">The spec as it is.</param>
/// <param name="target">The layer whose inputs may be rerouted or get a layer before them.</param>
public sealed class PatchWriter(Compilation compiled, PlannedLayer target)
{
    private readonly HashSet<string> _fresh = [];
    private readonly List<(string List, int Index)> _inserted = [];
    private readonly Dictionary<int, string> _last = [];

    public PatchWriter(MergeCase merge)
        : this(merge.Compiled, merge.Merge)
    {
    }

    public JsonArray Patch { get; } = [];

    /// <summary>Sets or adds an attribute of a layer as written in the spec.</summary>
    public PatchWriter Set(SpecPath layer, string attribute, JsonNode? value)
    {
        Patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = layer[attribute].ToString(), ["value"] = value });
        return this;
    }

    public PatchWriter Remove(SpecPath layer, string attribute)
    {
        Patch.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = layer[attribute].ToString() });
        return this;
    }

    /// <summary>Makes an input of the target refer to another layer. False where the input is not written as a reference.</summary>
    public bool Reroute(int input, string name)
    {
        if (target.Layer.EdgeOf(input) is not { Reference: { } reference })
            return false;
        Patch.Add((JsonNode)new JsonObject { ["op"] = "replace", ["path"] = reference.ToString(), ["value"] = name });
        return true;
    }

    /// <summary>
    /// Puts a layer on the way into an input of the target, behind those that this patch has put there. False where the spec has no place
    /// for it.
    /// </summary>
    /// <param name="verb">What the layer does, for its name: <c>fine_pool</c>.</param>
    /// <param name="layer">Its type and attributes; name and inputs are added.</param>
    public bool Insert(int input, string verb, JsonObject layer)
    {
        if (target.Layer.EdgeOf(input) is not { } edge)
            return false;
        var named = new JsonObject
        {
            ["name"] = FreshName(edge.Reference is null ? target.Name.Split('/')[^1] : edge.Written, verb),
            ["type"] = layer["type"]!.DeepClone(),
        };
        if (edge.Reference is { } reference)
        {
            named["inputs"] = new JsonArray(_last.GetValueOrDefault(input, edge.Written));
            Patch.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["op"] = "replace",
                        ["path"] = Shifted(reference, edge),
                        ["value"] = (string)named["name"]!,
                    }
            );
        }

        foreach (var (attribute, value) in layer)
        {
            if (attribute != "type")
                named[attribute] = value?.DeepClone();
        }

        var at = edge.Index < 0 ? "-" : (edge.Index + ShiftOf(edge)).ToString(CultureInfo.InvariantCulture);
        Patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = $"{edge.List}/{at}", ["value"] = named });
        _inserted.Add((edge.List.ToString(), edge.Index));
        _last[input] = (string)named["name"]!;
        return true;
    }

    /// <summary>The name of the last layer that this patch has put on the way into an input; null where it has put none.</summary>
    public string? LastBefore(int input) => _last.GetValueOrDefault(input);

    /// <summary>Takes a layer of one input out, so that what read it reads its input. False where that cannot be written.</summary>
    public bool TakeAway(PlannedLayer layer)
    {
        if (layer.Inputs.Length != 1 || layer.Layer.EdgeOf(0) is not { } edge)
            return false;
        var readers = compiled
            .Graph.Layers.SelectMany(each => each.Inputs.Select((wire, i) => (wire.Source, Edge: each.EdgeOf(i))))
            .Where(each => each.Source == layer.Name)
            .Select(each => each.Edge)
            .ToList();
        if (edge.Reference is not null && readers.Exists(reader => reader?.Reference is null))
            return false;
        foreach (var reference in readers.Select(reader => reader?.Reference?.ToString()).OfType<string>().Distinct())
            Patch.Add((JsonNode)new JsonObject { ["op"] = "replace", ["path"] = reference, ["value"] = edge.Written });
        Patch.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = layer.Path.ToString() });
        return true;
    }

    // Layers that this patch has put before the merge in the same list have moved it down.
    private int ShiftOf(Edge edge) =>
        edge.Index < 0 ? 0 : _inserted.Count(inserted => inserted.List == edge.List.ToString() && inserted.Index == edge.Index);

    private string Shifted(SpecPath reference, Edge edge)
    {
        var shift = ShiftOf(edge);
        if (shift == 0)
            return reference.ToString();
        var before = edge.List[edge.Index].ToString();
        return edge.List[edge.Index + shift] + reference.ToString()[before.Length..];
    }

    private string FreshName(string stem, string verb)
    {
        var clean = new string([.. stem.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_')]);
        var name = $"{clean}_{verb}";
        name = name.Length <= 60 ? name : name[^60..];
        for (var number = 2; compiled.Graph.NameParts.Contains(name) || !_fresh.Add(name); number++)
            name = $"{clean}_{verb}{number}";
        return name;
    }
}
