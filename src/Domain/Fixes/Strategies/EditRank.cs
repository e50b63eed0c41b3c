using ConcatService.Domain.Planning;
using ConcatService.Operators;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Changes the layer that made the number of dimensions differ: its attribute, or it is taken away.</summary>
internal sealed class EditRank : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (
            cause.Kind != "rank_difference"
            || cause.Layer is not { } name
            || merge.Branches.SelectMany(branch => branch.Path).FirstOrDefault(layer => layer.Name == name) is not { } blamed
        )
            yield break;
        if (Attribute(blamed) is var (id, title, effect, attribute, value))
            yield return new(
                $"{id}-{Slug(name)}",
                title,
                effect,
                Loss.None,
                new PatchWriter(merge).Set(blamed.Path, attribute, value).Patch
            )
            {
                AtTheCause = true,
            };
        if (blamed.Operator is not (Flatten or GlobalPool))
            yield break;
        var patch = new PatchWriter(merge);
        if (patch.TakeAway(blamed))
            yield return new(
                $"without-{Slug(name)}",
                $"Take {name} away",
                $"{name} ({blamed.Operator.Kind}) is gone, and its input {blamed.Input.Sizes} goes on as it is; nothing is lost.",
                Loss.None,
                patch.Patch
            )
            {
                AtTheCause = true,
            };
    }

    private static (string Id, string Title, string Effect, string Attribute, bool Value)? Attribute(PlannedLayer blamed) =>
        blamed.Operator switch
        {
            GlobalPool { KeepDims: true } => (
                "keep-dims",
                $"Let {blamed.Name} give a vector (keep_dims false)",
                $"{blamed.Name} gives the same numbers without axes of one.",
                "keep_dims",
                false
            ),
            GlobalPool => (
                "keep-dims",
                $"Let {blamed.Name} keep its axes (keep_dims)",
                $"{blamed.Name} gives the same numbers with axes of one, which stretch.",
                "keep_dims",
                true
            ),
            Recurrent { ReturnSequences: true } => (
                "last-state",
                $"Let {blamed.Name} give its last state alone (return_sequences false)",
                $"{blamed.Name} says one thing about the whole sequence; the states before the last are dropped.",
                "return_sequences",
                false
            ),
            Recurrent => (
                "return-sequences",
                $"Let {blamed.Name} give every state (return_sequences)",
                $"{blamed.Name} gives a state for each step; nothing is lost.",
                "return_sequences",
                true
            ),
            _ => null,
        };
}
