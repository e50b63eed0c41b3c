using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Specs;

namespace ConcatService.ConcatBench.Networks;

/// <summary>A valid network to make faults in: its spec as sent, and the layers as they stand in it.</summary>
public sealed class OriginalNetwork
{
    private readonly Lazy<OriginalNetwork?> _opened;
    private readonly Lazy<OriginalNetwork> _flat;

    public OriginalNetwork(string name, JsonObject spec)
    {
        Name = name;
        // As text says it: a node made from an int would not be read as a long.
        Spec = (JsonObject)JsonNode.Parse(spec.ToJsonString())!;
        Graph = GraphOf(Spec);
        Reference = ReferenceShapes.Of(Graph, SymbolSizes.Default);
        WrittenLayers = [.. WrittenLayersIn(Spec)];
        _opened = new(() => HasSymbols ? this : SymbolicNetwork.Of(this));
        _flat = new(() => new($"{Name}, flat", FlatSpec.Of(Spec)));
    }

    public string Name { get; }

    public JsonObject Spec { get; }

    public Graph Graph { get; }

    public ReferenceShapes Reference { get; }

    /// <summary>Whether some size is left open.</summary>
    public bool HasSymbols => Graph.Inputs.Any(input => input.Shape.Dims.Skip(1).Any(dim => !dim.IsKnown));

    /// <summary>
    /// The network with open sizes; itself where it has some, null where no promise up to a multiple of 32 keeps it whole.
    /// </summary>
    public OriginalNetwork? Opened => _opened.Value;

    /// <summary>The network with its structures unrolled.</summary>
    public OriginalNetwork Flat => _flat.Value;

    /// <summary>Every layer as written, nested ones and blocks too.</summary>
    public IReadOnlyList<WrittenLayer> WrittenLayers { get; }

    /// <summary>The layers that a written one stands for: several in a block or repetition, its shorthand's too.</summary>
    public IEnumerable<Layer> LayersAt(string pointer) => Graph.Layers.Where(layer => layer.Path.ToString() == pointer);

    /// <summary>Names resolved and structures unrolled, without asking for a shape.</summary>
    public static Graph GraphOf(JsonObject spec)
    {
        using var document = JsonDocument.Parse(JsonSerializer.SerializeToUtf8Bytes(spec));
        var report = new Report();
        var graph = Expander.Expand(SpecReader.Read(document.RootElement, report), report);
        return report.HasErrors
            ? throw new ArgumentException($"{report.Diagnostics[0].Path}: {report.Diagnostics[0].Message}", nameof(spec))
            : graph;
    }

    private static IEnumerable<WrittenLayer> WrittenLayersIn(JsonObject spec)
    {
        var lists = new List<(JsonArray List, string Pointer)> { ((JsonArray)spec["layers"]!, "/layers") };
        if (spec["blocks"] is JsonObject blocks)
            lists.AddRange(blocks.Select(block => ((JsonArray)block.Value!, $"/blocks/{block.Key}")));
        for (var at = 0; at < lists.Count; at++)
        {
            var (list, pointer) = lists[at];
            for (var i = 0; i < list.Count; i++)
            {
                var layer = (JsonObject)list[i]!;
                yield return new($"{pointer}/{i}", pointer, i, (string)layer["type"]!);
                if (layer["branches"] is JsonArray branches)
                    lists.AddRange(branches.Select((branch, b) => ((JsonArray)branch!, $"{pointer}/{i}/branches/{b}")));
                if (layer["layers"] is JsonArray body)
                    lists.Add((body, $"{pointer}/{i}/layers"));
            }
        }
    }
}

/// <summary>A layer as written.</summary>
/// <param name="Pointer">Its JSON pointer.</param>
/// <param name="List">The list that it stands in.</param>
public sealed record WrittenLayer(string Pointer, string List, int Index, string Type)
{
    /// <summary>The layer's object in a copy of the spec.</summary>
    public JsonObject In(JsonObject spec) => (JsonObject)At(spec, Pointer);

    public JsonArray ListIn(JsonObject spec) => (JsonArray)At(spec, List);

    private static JsonNode At(JsonNode node, string pointer) =>
        pointer
            .Split('/')
            .Skip(1)
            .Aggregate(
                node,
                (at, part) => at is JsonArray list ? list[int.Parse(part, System.Globalization.CultureInfo.InvariantCulture)]! : at[part]!
            );
}

/// <summary>Sizes for the symbols of a spec.</summary>
public static class SymbolSizes
{
    /// <summary>A multiple of everything that the networks promise.</summary>
    public static long Default(string symbol) => 64;
}
