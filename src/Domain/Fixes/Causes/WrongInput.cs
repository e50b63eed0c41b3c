using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>
/// The strides differ, no other stride or scale of one layer fits the whole network, and another layer of the same path has the right size:
/// the wrong layer was tapped.
/// </summary>
internal sealed class WrongInput : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (
            !merge.IsSpatial
            || merge.ScaleEdits.Any(edit => edit.IsResponsible)
            || !merge.SourceCandidates.Any(tap => tap is { IsOnPath: true, Likelihood: > -1 })
        )
            return null;
        var (wrong, other, tap) = (merge.SourceCandidates[0].Wrong, merge.SourceCandidates[0].Other, merge.SourceCandidates[0].Layer);
        return Blame(
            CauseKinds.WrongInput,
            merge.Merge,
            $"{wrong.Name} is {wrong.Shape.SpatialSizes}; {merge.NameOf(tap.Name)} is {tap.Output.SpatialSizes}, the size of {other.Name}."
        );
    }
}
