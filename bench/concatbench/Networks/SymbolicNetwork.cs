using System.Text.Json.Nodes;

namespace ConcatService.ConcatBench.Networks;

/// <summary>Networks whose spatial sizes are left open, with a promise under which they are valid.</summary>
public static class SymbolicNetwork
{
    /// <summary>Below this some networks have nothing left to look at, which is another diagnostic.</summary>
    public const long Smallest = 64;

    /// <summary>How many admissible sizes are looked at, one after the other.</summary>
    private const int Looked = 24;

    /// <summary>
    /// The network with H and W (T for sequences) and the weakest promise of a power of two that keeps it whole; null where there is none
    /// up to 32.
    /// </summary>
    public static OriginalNetwork? Of(OriginalNetwork original)
    {
        for (var multiple = 1; multiple <= 32 && !original.HasSymbols; multiple *= 2)
        {
            var spec = Opened(original.Spec, multiple);
            if (
                spec["symbols"] is JsonObject { Count: > 0 }
                && new OriginalNetwork($"{original.Name}, symbols", spec) is var opened
                && Bindings(opened.Spec).All(at => ReferenceShapes.Of(opened.Graph, symbol => at[symbol]).Failing.Count == 0)
            )
                return opened;
        }

        return null;
    }

    /// <summary>
    /// Admissible sizes of the spec's symbols: the smallest, then each symbol in turn with the others at the usual size, and all together.
    /// </summary>
    public static IEnumerable<IReadOnlyDictionary<string, long>> Bindings(JsonObject spec)
    {
        var symbols = (JsonObject)spec["symbols"]!;
        yield return symbols.ToDictionary(symbol => symbol.Key, symbol => SmallestOf(symbol.Value!));
        for (var step = 0; step < Looked; step++)
        {
            foreach (var varied in symbols.Select(symbol => symbol.Key).Append(null))
                yield return symbols.ToDictionary(
                    symbol => symbol.Key,
                    symbol =>
                        varied is null || varied == symbol.Key
                            ? Smallest + (step * ((long?)symbol.Value!["multiple_of"] ?? 1))
                            : SymbolSizes.Default(symbol.Key)
                );
        }
    }

    private static long SmallestOf(JsonNode promise)
    {
        var (multiple, least) = ((long?)promise["multiple_of"] ?? 1, (long?)promise["min"] ?? 1);
        return (least + multiple - 1) / multiple * multiple;
    }

    /// <summary>The spec with numbers in the place of its symbols; the usual ones where its own promise excludes these.</summary>
    public static JsonObject Bound(JsonObject spec, IReadOnlyDictionary<string, long> at)
    {
        var bound = (JsonObject)spec.DeepClone();
        var promises = bound["symbols"] as JsonObject;
        bool Admits(string symbol, long size) =>
            size % ((long?)promises?[symbol]?["multiple_of"] ?? 1) == 0 && size >= ((long?)promises?[symbol]?["min"] ?? 1);
        var admitted = at.All(size => Admits(size.Key, size.Value));
        foreach (var (_, input) in (JsonObject)bound["inputs"]!)
        {
            var shape = (JsonArray)input!["shape"]!;
            for (var i = 0; i < shape.Count; i++)
            {
                if (shape[i] is JsonValue value && value.TryGetValue(out string? symbol))
                    shape[i] = admitted && at.TryGetValue(symbol, out var size) ? size : SymbolSizes.Default(symbol);
            }
        }

        bound.Remove("symbols");
        return bound;
    }

    private static JsonObject Opened(JsonObject spec, long multiple)
    {
        var opened = (JsonObject)spec.DeepClone();
        var symbols = new JsonObject();
        var lengths = new Dictionary<long, string>();
        foreach (var (_, input) in (JsonObject)opened["inputs"]!)
        {
            var shape = (JsonArray)input!["shape"]!;
            var first = shape.Count == 1 || (string?)spec["layout"] == "channels_last" ? 0 : 1;
            var names = shape.Count switch
            {
                3 => new[] { "H", "W" },
                2 => [Length((long)shape[first]!)],
                1 when (string?)input["dtype"] == "int64" && input["axes"] is null => [Length((long)shape[0]!)],
                _ => [],
            };
            for (var i = 0; i < names.Length; i++)
            {
                shape[i + first] = names[i];
                symbols[names[i]] = new JsonObject { ["min"] = Smallest, ["multiple_of"] = multiple };
            }
        }

        opened["symbols"] = symbols;
        return opened;

        // Sequences of one length have one symbol.
        string Length(long steps) =>
            lengths.TryGetValue(steps, out var name) ? name : lengths[steps] = lengths.Count == 0 ? "T" : $"T{lengths.Count + 1}";
    }
}
