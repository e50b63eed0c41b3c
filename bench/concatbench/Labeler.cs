using ConcatService.ConcatBench.Mutations;
using ConcatService.ConcatBench.Networks;
using ConcatService.Domain.Graphs;

namespace ConcatService.ConcatBench;

/// <summary>Turns a mutant into a case, or discards it by the rules of the benchmark's README; asks the reference alone.</summary>
public static class Labeler
{
    private static readonly Dictionary<string, string> CauseOfClass = new()
    {
        ["stride"] = "stride_difference",
        ["padding"] = "padding_difference",
        ["odd"] = "odd_size_rounding",
        ["axis"] = "wrong_axis",
        ["layout"] = "mixed_layout",
        ["rank"] = "rank_difference",
        ["dtype"] = "dtype_difference",
    };

    /// <summary>The case, or why there is none.</summary>
    public static (Case? Case, string Discarded) Of(Mutant mutant)
    {
        Graph graph;
        try
        {
            graph = OriginalNetwork.GraphOf(mutant.Spec);
        }
        catch (ArgumentException)
        {
            return (null, "is no spec");
        }

        if (mutant.Class == "symbol")
            return OfSymbols(mutant, graph);
        var reference = ReferenceShapes.Of(graph, SymbolSizes.Default);
        if (mutant.Original.HasSymbols)
            return (null, "has symbols");
        if (reference.Failing.Count == 0)
            return (new("valid", $"{mutant.Class}: {mutant.Edit}", mutant.Original, mutant.Spec, null), "");
        if (mutant.Class == "equivalent")
            return (null, "was meant to be kept and is not");
        if (!reference.Failing.All(ReferenceShapes.IsMerge))
            return (null, "fails at a layer that is no merge");
        var merge = new BrokenMerge(graph, reference, reference.Failing[0]);
        return LabelOf(mutant, merge) is { } label
            ? (new(mutant.Class, mutant.Edit, mutant.Original, mutant.Spec, label), "")
            : (null, "the decision order makes it another class, or none");
    }

    // Every admissible size of a range is tried: all run, none, or some.
    private static (Case? Case, string Discarded) OfSymbols(Mutant mutant, Graph graph)
    {
        var tried = SymbolicNetwork
            .Bindings(mutant.Spec)
            .Select(at => (At: at, Reference: ReferenceShapes.Of(graph, symbol => at[symbol])))
            .ToList();
        if (tried.Exists(each => !each.Reference.Failing.All(ReferenceShapes.IsMerge)))
            return (null, "fails at a layer that is no merge");
        if (tried.Find(each => each.Reference.Failing.Count > 0) is not { Reference: not null } first)
            return (new("valid", $"symbol: {mutant.Edit}", mutant.Original, mutant.Spec, null), "");
        var merge = new BrokenMerge(graph, first.Reference, first.Reference.Failing[0], symbol => first.At[symbol]);
        // That two symbols are equal is a condition that can be written, and no layer's doing; behind a stride it is only that they round
        // alike.
        var cause = mutant.Cause == "symbol_unprovable" && !merge.LayersWithStride().Any() ? "degenerate" : mutant.Cause!;
        List<string?>? blamed = mutant.Cause switch
        {
            "symbol_unprovable" => [null],
            _ when merge.Cause() != mutant.Cause => null,
            "odd_size_rounding" => merge.FirstRounding() is { } rounding ? [rounding.Path.ToString()] : null,
            _ => merge.BranchLayers.Any(layer => layer.Path.ToString() == mutant.Pointer) ? [mutant.Pointer] : null,
        };
        return blamed is null
            ? (null, "the decision order makes it another class, or none")
            : (
                new(
                    mutant.Class,
                    mutant.Edit,
                    mutant.Original,
                    mutant.Spec,
                    new(cause, merge.Layer.Name, blamed)
                    {
                        At = first.At,
                        IsConditional = tried.Exists(each => each.Reference.Failing.Count == 0),
                    }
                ),
                ""
            );
    }

    private static Label? LabelOf(Mutant mutant, BrokenMerge merge)
    {
        var kind = merge.Cause();
        if (mutant.Class != "source" && kind != CauseOfClass[mutant.Class])
            return null;
        List<string?>? blamed = mutant.Class switch
        {
            "source" => OfWrongInput(merge, kind),
            "odd" when mutant.Pointer is null || kind == "odd_size_rounding" => merge.FirstRounding() is { } first
                ? [first.Path.ToString()]
                : null,
            "axis" => [merge.Layer.Path.ToString()],
            _ when mutant.IsRemoval => [null, merge.Layer.Path.ToString(), .. merge.BranchLayers.Select(layer => layer.Path.ToString())],
            _ when mutant.Pointer is null => [null],
            _ => merge.BranchLayers.Any(layer => layer.Path.ToString() == mutant.Pointer) ? [mutant.Pointer] : null,
        };
        return blamed is null ? null : new(kind, merge.Layer.Name, blamed);
    }

    private static List<string?>? OfWrongInput(BrokenMerge merge, string kind) => kind switch
    {
        "wrong_input" => [merge.Layer.Path.ToString()],
        "stride_difference" =>
        [
            .. (merge.LayersWhoseStrideRepairs() is { Count: > 0 } repairing ? repairing : merge.LayersWithStride())
                .Select(layer => layer.Path.ToString()),
            ],
        "padding_difference" => [.. merge.LayersWithUnevenPadding().Select(layer => layer.Path.ToString())],
        "odd_size_rounding" => merge.FirstRounding() is { } first ? [first.Path.ToString()] : null,
        _ => null,
    };
}
