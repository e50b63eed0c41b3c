using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Mutations;
using ConcatService.ConcatBench.Networks;
using ConcatService.Domain.Graphs;
using ConcatService.Operators;

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

    /// <summary>The cause that every fault of a class has; null where its mutants tell theirs.</summary>
    public static string? CauseOf(string @class) => CauseOfClass.GetValueOrDefault(@class);

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

        if (mutant.Declared is not null)
            return OfDeclared(mutant, graph);
        if (mutant.Cause is not null && mutant.Original.HasSymbols)
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
        if (mutant.Nearer.Any(Fits))
            return (null, "a nearer size fits too");
        var merge = new BrokenMerge(graph, reference, reference.Failing[0]);
        return LabelOf(mutant, merge) is { } label
            ? (CaseOf(mutant, label), "")
            : (null, "the decision order makes it another class, or none");
    }

    private static bool Fits(JsonObject spec) =>
        ReferenceShapes.Of(OriginalNetwork.GraphOf(spec), SymbolSizes.Default).Failing.Count == 0;

    // Every admissible size of a range is tried: all run, none, or some.
    private static (Case? Case, string Discarded) OfSymbols(Mutant mutant, Graph graph)
    {
        // Sizes that differ between the symbols first: of one length, sequences of any length would look alike.
        var tried = SymbolicNetwork
            .Bindings(mutant.Spec)
            .OrderByDescending(at => at.Values.Distinct().Count())
            .Select(at => (At: at, Reference: ReferenceShapes.Of(graph, symbol => at[symbol])))
            .ToList();
        if (tried.Exists(each => !each.Reference.Failing.All(ReferenceShapes.IsMerge)))
            return (null, "fails at a layer that is no merge");
        if (graph.Layers.Any(layer => layer.Operator is Conv { DataFormat: { } own } && own != graph.Layout))
            return (null, "reads open sizes as features");
        if (tried.Find(each => each.Reference.Failing.Count > 0) is not { Reference: not null } first)
            return (new("valid", $"symbol: {mutant.Edit}", mutant.Original, mutant.Spec, null), "");
        var merge = new BrokenMerge(graph, first.Reference, first.Reference.Failing[0], symbol => first.At[symbol]);
        // That two symbols are equal is a condition that can be written, and no layer's doing; behind a stride it is only that they round
        // alike.
        var isUnprovable = mutant.Cause == "symbol_unprovable";
        var cause = isUnprovable && !merge.LayersWithStride().Any() ? "one_branch_differs" : mutant.Cause!;
        var blamed =
            isUnprovable ? [null]
            : merge.Cause() != cause || !Belongs(mutant, merge) ? null
            : Blamed(mutant, merge, cause);
        var label = blamed is null
            ? null
            : new Label(cause, merge.Layer.Name, blamed)
            {
                At = first.At,
                IsConditional = tried.Exists(each => each.Reference.Failing.Count == 0) ? true : MayRun(mutant, merge) ? null : false,
            };
        return label is null ? (null, "the decision order makes it another class, or none") : (CaseOf(mutant, label), "");
    }

    // Sizes below those that are looked at may fit, and a size of one stretches.
    private static bool MayRun(Mutant mutant, BrokenMerge merge) =>
        merge.Layer.Operator is Elementwise
        || ((JsonObject)mutant.Spec["symbols"]!).Any(symbol => (long?)symbol.Value!["min"] is null or < SymbolicNetwork.Smallest);

    // What a layer says it reads is compared with what the reference lets arrive.
    private static (Case? Case, string Discarded) OfDeclared(Mutant mutant, Graph graph)
    {
        var at = mutant.Spec["symbols"] is null ? null : SymbolicNetwork.Bindings(mutant.Spec).First();
        var reference = ReferenceShapes.Of(graph, symbol => at is null ? SymbolSizes.Default(symbol) : at[symbol]);
        var layer = graph.Layers.First(layer => layer.Path.ToString() == mutant.Pointer);
        return reference.Failing.Count > 0 || !reference.Sizes.TryGetValue(layer.Inputs[0], out var arriving)
                ? (null, "fails at another layer")
            : arriving['C'] == mutant.Declared ? (null, "is true")
            : (CaseOf(mutant, new("declared_width", layer.Name, [mutant.Pointer]) { At = at }), "");
    }

    private static Case CaseOf(Mutant mutant, Label label) =>
        new(mutant.Class, mutant.Edit, mutant.Original, mutant.Spec, label) { Free = mutant.Free };

    private static Label? LabelOf(Mutant mutant, BrokenMerge merge)
    {
        var kind = merge.Cause();
        // The edit tells that another layer was meant, on the way or not.
        if (mutant.Class == "source" && kind == "stride_difference" && merge.LayersWhoseStrideRepairs().Count == 0)
            kind = "wrong_input";
        if ((mutant.Class != "source" && kind != (mutant.Cause ?? CauseOfClass[mutant.Class])) || !Belongs(mutant, merge))
            return null;
        return Blamed(mutant, merge, kind) is { } blamed ? new(kind, merge.Layer.Name, blamed) : null;
    }

    // Some classes are about merges of one kind; of two widths, the network has to tell which is meant.
    private static bool Belongs(Mutant mutant, BrokenMerge merge) =>
        (mutant.Class != "elementwise" || merge.Layer.Operator is Elementwise)
        && (mutant.Class != "sequence" || merge.HasSequence)
        && (mutant.Class != "gate" || merge.Layer.Name.EndsWith(GatedNetwork.Product, StringComparison.Ordinal))
        && (mutant.Cause != "width_difference" || mutant.IsRemoval || mutant.Pointer is null || merge.TellsWidth(mutant.Pointer));

    private static List<string?>? Blamed(Mutant mutant, BrokenMerge merge, string kind) => mutant.Class switch
    {
        "source" => OfWrongInput(merge, kind),
        "axis" => [merge.Layer.Path.ToString()],
        _ when kind == "odd_size_rounding" || (mutant.Class == "odd" && mutant.Pointer is null) => merge.FirstRounding() is { } first
            ? [first.Path.ToString()]
            : null,
        _ when mutant.IsRemoval => [null, merge.Layer.Path.ToString(), .. merge.BranchLayers.Select(layer => layer.Path.ToString())],
        _ when mutant.Pointer is null => [null],
        _ => merge.BranchLayers.Any(layer => layer.Path.ToString() == mutant.Pointer) ? [mutant.Pointer] : null,
    };

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
