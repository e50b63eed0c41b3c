using System.Text.Json;

namespace ConcatService.Import.Keras;

/// <summary>A call of a layer in a functional model: the layer, and which of its calls.</summary>
internal sealed record KerasNode(
    string Type,
    string Name,
    KerasConfig Config,
    JsonElement Json,
    int Node,
    IReadOnlyList<KerasReference> Reads
);

/// <summary>The calls of a functional model, each behind those that it reads.</summary>
internal sealed class KerasGraph
{
    private readonly List<KerasNode> _calls = [];
    private readonly Dictionary<(string, int), IReadOnlyList<string>> _outputs = [];

    /// <summary>Layers whose calls are numbered from 1: models, whose first number is their own making.</summary>
    private readonly Dictionary<string, int> _offsets = [];
    private readonly HashSet<KerasNode> _reached = new(ReferenceEqualityComparer.Instance);

    public static KerasGraph Of(JsonElement layers, Func<string, ImportException> malformed)
    {
        var graph = new KerasGraph();
        foreach (var layer in layers.EnumerateArray())
        {
            var own = new KerasConfig(layer);
            var arguments = new KerasConfig(own.Member("config") ?? default);
            var type = own.Text("class_name") ?? throw malformed("a layer has no 'class_name'.");
            var name = own.Text("name") ?? arguments.Text("name") ?? type.ToLowerInvariant();
            var calls = KerasReferences.OfCalls(layer);
            if (calls.Count == 0)
                calls.Add([]);
            for (var i = 0; i < calls.Count; i++)
                graph._calls.Add(new(type, name, arguments, layer, i, calls[i]));
        }

        graph.FindOffsets();
        return graph;
    }

    private void FindOffsets()
    {
        var counts = _calls.CountBy(call => call.Name).ToDictionary();
        foreach (var reference in _calls.SelectMany(call => call.Reads))
        {
            if (counts.TryGetValue(reference.Layer, out var count) && reference.Node >= count)
                _offsets[reference.Layer] = 1;
        }
    }

    public void Give(string layer, int node, IReadOnlyList<string> outputs) => _outputs[(layer, node)] = outputs;

    public bool IsGiven(KerasNode call) => _outputs.ContainsKey((call.Name, call.Node));

    /// <summary>The layer of the spec that a reference means; null where there is none.</summary>
    public string? Find(KerasReference reference)
    {
        var node = reference.Node - _offsets.GetValueOrDefault(reference.Layer);
        var found = _outputs.GetValueOrDefault((reference.Layer, node));
        return found is null || found.Count == 0 ? null : found[Math.Clamp(reference.Tensor, 0, found.Count - 1)];
    }

    public bool FeedsEmbedding(string name) =>
        _calls.Any(call => call.Type == "Embedding" && call.Reads.Any(reference => reference.Layer == name));

    public IEnumerable<KerasNode> NotReached() => _calls.Where(call => !_reached.Contains(call));

    /// <summary>Each call with what it reads; whoever takes them gives the outputs of one before asking for the next.</summary>
    public IEnumerable<(KerasNode Call, IReadOnlyList<string> Reads)> InOrder()
    {
        var readers = _calls
            .SelectMany(call => call.Reads.Select(reference => (reference.Layer, call)))
            .ToLookup(each => each.Layer, each => each.call);
        var ready = new Queue<KerasNode>(_calls);
        var waiting = new HashSet<KerasNode>(_calls, ReferenceEqualityComparer.Instance);
        while (ready.TryDequeue(out var call))
        {
            if (!waiting.Contains(call))
                continue;
            var reads = call.Reads.Select(Find).ToList();
            if (reads.Contains(null))
                continue;
            waiting.Remove(call);
            _reached.Add(call);
            yield return (call, reads.OfType<string>().ToList());
            foreach (var reader in readers[call.Name])
            {
                if (waiting.Contains(reader))
                    ready.Enqueue(reader);
            }
        }
    }
}
