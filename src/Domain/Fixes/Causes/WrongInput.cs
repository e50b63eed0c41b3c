using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>
/// The strides differ, no other stride or scale of one layer fits the whole network, and another layer has the right size that stands on
/// the same path, or that nothing reads: the wrong layer was tapped.
/// </summary>
internal sealed class WrongInput : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (
            !merge.IsSpatial
            || merge.ScaleEdits.Any(edit => edit.IsResponsible)
            || !merge.SourceCandidates.Any(tap => tap.Likelihood > -1 && (tap.IsOnPath || tap.IsUnread))
        )
            return null;
        var tap = merge.SourceCandidates[0];
        return Blame(
            CauseKinds.WrongInput,
            merge.Merge,
            $"{tap.Wrong.Name} is {tap.Wrong.Shape.SpatialSizes}; {merge.NameOf(tap.Layer.Name)} is {tap.Layer.Output.SpatialSizes}, the "
                + $"size of {tap.Other.Name}{(tap.IsUnread ? ", and nothing reads it" : "")}."
        );
    }
}
