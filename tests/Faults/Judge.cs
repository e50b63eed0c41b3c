using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Faults.Mutations;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults;

/// <summary>Turns a mutant into a case, or discards it by the rules of the benchmark's README; asks the reference alone.</summary>
public static class Judge
{
    private static readonly Dictionary<string, string> Nominal = new()
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
            graph = Subject.GraphOf(mutant.Spec);
        }
        catch (ArgumentException)
        {
            return (null, "is no spec");
        }

        if (mutant.Class == "symbol")
            return OfSymbols(mutant, graph);
        var reference = Reference.Of(graph, Symbols.Usual);
        if (mutant.Subject.HasSymbols)
            return (null, "has symbols");
        if (reference.Failing.Count == 0)
            return (new("valid", $"{mutant.Class}: {mutant.Edit}", mutant.Subject, mutant.Spec, null), "");
        if (mutant.Class == "kept")
            return (null, "was meant to be kept and is not");
        if (!reference.Failing.All(Reference.IsMerge))
            return (null, "fails at a layer that is no merge");
        var joint = new Joint(graph, reference, reference.Failing[0]);
        return LabelOf(mutant, joint) is { } label
            ? (new(mutant.Class, mutant.Edit, mutant.Subject, mutant.Spec, label), "")
            : (null, "the decision order makes it another class, or none");
    }

    // Every admissible size of a range is tried: all run, none, or some.
    private static (Case? Case, string Discarded) OfSymbols(Mutant mutant, Graph graph)
    {
        var tried = Symbolic.Bindings(mutant.Spec).Select(at => (At: at, Reference: Reference.Of(graph, symbol => at[symbol]))).ToList();
        if (tried.Exists(each => !each.Reference.Failing.All(Reference.IsMerge)))
            return (null, "fails at a layer that is no merge");
        if (tried.Find(each => each.Reference.Failing.Count > 0) is not { Reference: not null } first)
            return (new("valid", $"symbol: {mutant.Edit}", mutant.Subject, mutant.Spec, null), "");
        var joint = new Joint(graph, first.Reference, first.Reference.Failing[0], symbol => first.At[symbol]);
        // That two symbols are equal is a condition that can be written, and no layer's doing; behind a stride it is only that they round
        // alike.
        var cause = mutant.Cause == "symbol_unprovable" && !joint.Scaling().Any() ? "degenerate" : mutant.Cause!;
        List<string?>? blamed = mutant.Cause switch
        {
            "symbol_unprovable" => [null],
            _ when joint.Kind() != mutant.Cause => null,
            "odd_size_rounding" => joint.FirstRounding() is { } rounding ? [rounding.Path.ToString()] : null,
            _ => joint.Own.Any(layer => layer.Path.ToString() == mutant.Pointer) ? [mutant.Pointer] : null,
        };
        return blamed is null
            ? (null, "the decision order makes it another class, or none")
            : (
                new(
                    mutant.Class,
                    mutant.Edit,
                    mutant.Subject,
                    mutant.Spec,
                    new(cause, joint.Merge.Name, blamed)
                    {
                        At = first.At,
                        IsConditional = tried.Exists(each => each.Reference.Failing.Count == 0),
                    }
                ),
                ""
            );
    }

    private static Label? LabelOf(Mutant mutant, Joint joint)
    {
        var kind = joint.Kind();
        if (mutant.Class != "tap" && kind != Nominal[mutant.Class])
            return null;
        List<string?>? blamed = mutant.Class switch
        {
            "tap" => OfTap(joint, kind),
            "odd" when mutant.Pointer is null || kind == "odd_size_rounding" => joint.FirstRounding() is { } first
                ? [first.Path.ToString()]
                : null,
            "axis" => [joint.Merge.Path.ToString()],
            _ when mutant.TookAway => [null, joint.Merge.Path.ToString(), .. joint.Own.Select(layer => layer.Path.ToString())],
            _ when mutant.Pointer is null => [null],
            _ => joint.Own.Any(layer => layer.Path.ToString() == mutant.Pointer) ? [mutant.Pointer] : null,
        };
        return blamed is null ? null : new(kind, joint.Merge.Name, blamed);
    }

    private static List<string?>? OfTap(Joint joint, string kind) => kind switch
    {
        "wrong_input" => [joint.Merge.Path.ToString()],
        "stride_difference" =>
        [
            .. (joint.Restoring() is { Count: > 0 } restoring ? restoring : joint.Scaling()).Select(layer => layer.Path.ToString()),
            ],
        "padding_difference" => [.. joint.LeavingOut().Select(layer => layer.Path.ToString())],
        "odd_size_rounding" => joint.FirstRounding() is { } first ? [first.Path.ToString()] : null,
        _ => null,
    };
}
