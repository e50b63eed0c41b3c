using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A vector beside a sequence, sequences of other lengths, outputs of two widths along time.</summary>
public sealed class SequenceMutation : Mutation
{
    private static readonly Mutation Padding = new PaddingMutation();
    private static readonly WidthMutation Width = new();

    public override string Class => "sequence";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        if (!IsOfSequences(original))
            return [];
        return Edits(original)
            .Concat(Lengths(original))
            .Concat(original.Opened is { } opened && opened != original ? Spread(Edits(opened), 4) : []);
    }

    private static bool IsOfSequences(OriginalNetwork original) =>
        ((JsonObject)original.Spec["inputs"]!).Any(input =>
            (string?)input.Value!["dtype"] == "int64" || ((JsonArray)input.Value["shape"]!).Count == 2
        );

    private IEnumerable<Mutant> Edits(OriginalNetwork original)
    {
        foreach (var layer in original.WrittenLayers.Where(layer => layer.Type is "lstm" or "gru"))
        {
            var isLast = (bool?)layer.In(original.Spec)["return_sequences"] == false;
            yield return Edit(original, layer, $"return_sequences {isLast}", fields => fields["return_sequences"] = isLast) with
            {
                Cause = "rank_difference",
            };
            yield return Edit(original, layer, "bidirectional", fields => fields["bidirectional"] = true) with
            {
                Cause = "width_difference",
            };
        }

        foreach (var layer in original.WrittenLayers.Where(layer => layer.Type is "lstm" or "gru" or "embedding"))
        {
            foreach (var mutant in Width.EditsOf(original, layer))
                yield return mutant with { Class = Class };
        }

        foreach (var merge in Merges(original))
        {
            foreach (var mutant in Insert(original, merge, "global pooling", () => new() { ["type"] = "global_avg_pool" }))
                yield return mutant with { Cause = "rank_difference" };
        }

        foreach (var mutant in Of(Padding, original))
            yield return mutant;
    }

    // One sequence is longer than the others: windows of 61 frames beside 60.
    private IEnumerable<Mutant> Lengths(OriginalNetwork original)
    {
        // Of two lengths nothing tells which is meant.
        if (original.HasSymbols || ((JsonObject)original.Spec["inputs"]!).Count < 3)
            yield break;
        foreach (var (name, input) in (JsonObject)original.Spec["inputs"]!)
        {
            var shape = (JsonArray)input!["shape"]!;
            var time = shape.Count == 1 || IsChannelsLast(original) ? 0 : 1;
            if (shape.Count > 2 || (shape.Count == 1 && (string?)input["dtype"] != "int64"))
                continue;
            foreach (var change in new long[] { 1, -1, 4 })
            {
                var spec = (JsonObject)original.Spec.DeepClone();
                spec["inputs"]![name]!["shape"]![time] = (long)shape[time]! + change;
                yield return new(Class, $"length of {name} {change:+0;-0}", original, spec, null) { Cause = "one_branch_differs" };
            }
        }
    }
}
