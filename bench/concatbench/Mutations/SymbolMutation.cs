using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>
/// Networks with open sizes: a promise that is too weak, one symbol for two sizes split in two, or a stride or padding as in the other
/// classes.
/// </summary>
public sealed class SymbolMutation : Mutation
{
    /// <summary>Edits of strides and paddings that are taken over, so that promises are not lost among them.</summary>
    private const int Taken = 2;

    public override string Class => "symbol";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        if (original.Opened is not { } opened || opened == original)
            yield break;
        foreach (var (symbol, promise) in (JsonObject)opened.Spec["symbols"]!)
        {
            if ((long)promise!["multiple_of"]! > 1)
                yield return Promising(opened, symbol, (long)promise["multiple_of"]! / 2);
        }

        foreach (var (name, input) in ((JsonObject)opened.Spec["inputs"]!).Skip(1))
        {
            var spec = (JsonObject)opened.Spec.DeepClone();
            var shape = (JsonArray)spec["inputs"]![name]!["shape"]!;
            for (var i = 0; i < shape.Count; i++)
            {
                if (shape[i] is not JsonValue value || !value.TryGetValue(out string? symbol))
                    continue;
                shape[i] = $"{symbol}2";
                spec["symbols"]![$"{symbol}2"] = spec["symbols"]![symbol]!.DeepClone();
            }

            if (((JsonArray)input!["shape"]!).Count > 1)
                yield return new(Class, $"symbols of {name} of its own", opened, spec, null) { Cause = "symbol_unprovable" };
        }

        foreach (var mutation in new Mutation[] { new StrideMutation(), new PaddingMutation() })
        {
            foreach (var mutant in Spread(Of(mutation, opened), Taken))
                yield return mutant;
        }
    }

    private Mutant Promising(OriginalNetwork opened, string symbol, long multiple)
    {
        var spec = (JsonObject)opened.Spec.DeepClone();
        spec["symbols"]![symbol]!["multiple_of"] = multiple;
        return new(Class, $"{symbol} a multiple of {multiple} only", opened, spec, null) { Cause = "odd_size_rounding" };
    }
}
