using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Changes the layer that made the number of dimensions differ: its attribute, or it is taken away.</summary>
internal sealed class EditRank : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.RankDifference];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        foreach (var layer in merge.RankEdits)
        {
            var rank = layer.Operator.RankSwitch!;
            yield return new(
                $"{rank.Id}-{Slug(layer.Name)}",
                FixKind.Edit,
                $"Let {layer.Name} {rank.Switched}",
                $"{layer.Name} {rank.Effect}",
                Loss.None,
                new PatchWriter(merge).Set(layer.Path, rank.Attribute, !rank.Keeps).Patch
            )
            {
                AtTheCause = layer.Name == cause.Layer,
            };
        }

        if (
            cause.Layer is not { } name
            || merge.Branches.SelectMany(branch => branch.Path).FirstOrDefault(layer => layer.Name == name) is not { } blamed
        )
            yield break;
        if (blamed.Operator.AxisFlow is not (AxisFlow.Flattened or AxisFlow.Reduced))
            yield break;
        var patch = new PatchWriter(merge);
        if (patch.TakeAway(blamed))
            yield return new(
                $"without-{Slug(name)}",
                FixKind.Drop,
                $"Take {name} away",
                $"{name} ({blamed.Operator.Kind}) is gone, and its input {blamed.Input.Sizes} goes on as it is; nothing is lost.",
                Loss.None,
                patch.Patch
            )
            {
                AtTheCause = true,
            };
    }
}
