using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>
/// The strides differ, no other stride or scale of one layer fits the whole network, and another layer has the right size that stands on
/// the same path, or that nothing reads: the wrong layer was tapped, by the merge or by the layer that brings it there.
/// </summary>
internal sealed class WrongInput : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (
            !merge.IsSpatial
            || (merge.ScaleEdits.Any(edit => edit.IsResponsible) && merge.SourceCandidates is not [{ IsUnread: true, Via: not null }, ..])
            || !merge.SourceCandidates.Any(tap => tap.Likelihood > -1 && (tap.IsOnPath || tap.IsUnread))
        )
            return null;
        var tap = merge.SourceCandidates[0];
        if (!IsEnough(merge, tap))
            return null;
        if (tap.Via is { } reader)
            return Blame(
                CauseKinds.WrongInput,
                reader,
                $"{tap.Wrong.Name} is {tap.Wrong.Shape.SpatialSizes}, since {merge.NameOf(reader.Name)} reads "
                    + $"{merge.NameOf(reader.Inputs[0].Source)}; with {merge.NameOf(tap.Layer.Name)}"
                    + $"{(tap.IsUnread ? ", which nothing reads," : "")} it would be {tap.Other.Shape.SpatialSizes}, the size of "
                    + $"{tap.Other.Name}."
            );
        return Blame(
            CauseKinds.WrongInput,
            merge.Merge,
            $"{tap.Wrong.Name} is {tap.Wrong.Shape.SpatialSizes}; {merge.NameOf(tap.Layer.Name)} is {tap.Layer.Output.SpatialSizes}, the "
                + $"size of {tap.Other.Name}{(tap.IsUnread ? ", and nothing reads it" : "")}."
        );
    }

    // A skip of another level would leave all levels above it unfit.
    private static bool IsEnough(MergeCase merge, SourceCandidate tap)
    {
        var patch = new PatchWriter(merge.Compiled, tap.Via ?? merge.Merge);
        return !patch.Reroute(tap.Via is null ? tap.Wrong.Index : 0, merge.NameOf(tap.Layer.Name))
            || new Proof(merge).Patched(patch.Patch) is { NewErrors: 0 };
    }
}
