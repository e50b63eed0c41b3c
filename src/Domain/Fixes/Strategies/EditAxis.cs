using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Joins along the axis on which the inputs differ.</summary>
internal sealed class EditAxis : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.WrongAxis];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.SameRank)
            yield break;
        var axes = merge.Branches[0].Shape.Axes;
        var differing = Enumerable
            .Range(1, axes.Count - 1)
            .Where(i => merge.Branches.Any(branch => branch.Shape.Dims[i] != merge.Branches[0].Shape.Dims[i]))
            .ToList();
        if (differing.Count > 1)
            yield break;
        var axis = differing.Count == 1 ? axes[differing[0]] : Axis.Channels;
        var patch = new PatchWriter(merge).Set(MergePath(merge), "axis", axis.Name()).Patch;
        yield return new(
            $"axis-{axis.Name()}",
            FixKind.Edit,
            $"Join along {axis.Name()}",
            $"The inputs are joined along {axis.Name()}; nothing is lost.",
            Loss.None,
            patch
        )
        {
            AtTheCause = true,
        };
    }

    // The merge of a parallel is written inside the parallel, as a name or an object.
    private static SpecPath MergePath(MergeCase merge) =>
        merge.Merge.Layer.Branches is not null ? merge.Merge.Path["merge"] : merge.Merge.Path;
}
