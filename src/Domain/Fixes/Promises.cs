using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// Fixes a condition by what the caller promises of its symbols: the network stays as it is, and other sizes are refused beforehand.
/// </summary>
internal static class Promises
{
    /// <summary>One promise for all that the network asks of its symbols; null where no promise can say it.</summary>
    public static Candidate? For(Compilation compiled, JsonElement json)
    {
        var conditions = compiled.Planned.Conditions;
        var written = json.TryGetProperty("symbols", out var symbols) && symbols.ValueKind == JsonValueKind.Object;
        var promised = new JsonObject();
        var said = new List<string>();
        foreach (var constraint in Constraint.Of(conditions))
        {
            if (
                conditions.Knowledge.MeaningOf(constraint.Symbol) is not null
                || conditions.Knowledge.SetOf(constraint.Symbol)?.Promise() is not var (min, max, multiple)
            )
                return null;
            var promise = new JsonObject();
            if (multiple > 1)
                promise["multiple_of"] = multiple;
            if (min > multiple)
                promise["min"] = min;
            if (max is not null)
                promise["max"] = max;
            promised[constraint.Symbol] = promise;
            said.Add(Said(constraint.Symbol, min, max, multiple));
        }

        if (promised.Count == 0)
            return null;
        var patch = new JsonArray();
        if (!written)
            patch.Add((JsonNode)new JsonObject { ["op"] = "add", ["path"] = "/symbols", ["value"] = promised.DeepClone() });
        foreach (var (symbol, promise) in written ? promised : [])
            patch.Add(
                (JsonNode)
                    new JsonObject
                    {
                        ["op"] = "add",
                        ["path"] = $"/symbols/{symbol}",
                        ["value"] = promise!.DeepClone(),
                    }
            );
        return new(
            $"promise-{string.Join('-', promised.Select(each => each.Key.ToLowerInvariant()))}",
            FixKind.Edit,
            $"Promise that {string.Join(" and that ", said)}",
            "The network stays as it is and is valid for the sizes that are promised; others are refused.",
            Loss.None,
            patch
        )
        {
            IsPromise = true,
        };
    }

    /// <summary>Sizes that are to be equal get one symbol: the second of two symbols is written as the first.</summary>
    public static IEnumerable<Candidate> OneSymbol(Compilation compiled, Mismatch mismatch)
    {
        var pairs = mismatch
            .Differing.SelectMany(position =>
                mismatch
                    .Layer.InputShapes.Select(shape => shape.Dims[position].Symbols.ToList())
                    .Where(symbols => symbols.Count == 1)
                    .Select(symbols => symbols[0])
                    .Distinct()
                    .Take(2)
                    .Chunk(2)
            )
            .Where(pair => pair.Length == 2)
            .Select(pair => pair.Order(StringComparer.Ordinal).ToArray())
            .DistinctBy(pair => pair[1])
            .ToList();
        var patch = new JsonArray();
        foreach (var pair in pairs)
        {
            foreach (var input in compiled.Graph.Inputs)
            {
                for (var i = 1; i < input.Shape.Rank; i++)
                {
                    if (input.Shape.Dims[i] == Dim.Symbol(pair[1]))
                        patch.Add(
                            (JsonNode)
                                new JsonObject
                                {
                                    ["op"] = "replace",
                                    ["path"] = input.Path["shape"][i - 1].ToString(),
                                    ["value"] = pair[0],
                                }
                        );
                }
            }

            if (compiled.Graph.Symbols.ContainsKey(pair[1]))
                patch.Add((JsonNode)new JsonObject { ["op"] = "remove", ["path"] = $"/symbols/{pair[1]}" });
        }

        if (patch.Count > 0)
            yield return new(
                $"one-symbol-{string.Join('-', pairs.Select(pair => pair[0].ToLowerInvariant()))}",
                FixKind.Edit,
                $"Write {string.Join(" and ", pairs.Select(pair => $"{pair[1]} as {pair[0]}"))}: sizes that are always equal have one "
                    + $"symbol",
                "The network stays as it is, for inputs whose sizes are equal.",
                Loss.None,
                patch
            )
            {
                IsPromise = true,
            };
    }

    private static string Said(string symbol, long min, long? max, long multiple)
    {
        var size = (min, max) switch
        {
            ( > 0, { } last) when min == last => $"{min}",
            ( > 0, { } last) when min > 1 => $"from {min} to {last}",
            (_, { } last) => $"at most {last}",
            _ when min > multiple => $"at least {min}",
            _ => "",
        };
        return multiple > 1 ? $"{symbol} is a multiple of {multiple}{(size.Length > 0 ? $", {size}" : "")}" : $"{symbol} is {size}";
    }
}
