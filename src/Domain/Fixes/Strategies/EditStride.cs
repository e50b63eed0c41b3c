using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Gives one layer the stride or scale after which the whole network fits.</summary>
internal sealed class EditStride : FixStrategy
{
    private const int MostOffers = 3;

    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.StrideDifference, CauseKinds.OneBranchDiffers];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        var axis = merge.DifferingAxes.First();
        foreach (var edit in merge.ScaleEdits.Where((edit, i) => i < MostOffers || edit.IsTransition))
        {
            var name = edit.Layer.Name;
            var value = edit.Value.ToJsonString().Replace(',', 'x').Trim('[', ']');
            var isFiner = edit.Branch.Shape[axis].Value < merge.Branches.Max(branch => branch.Shape[axis].Value);
            var effect = isFiner
                ? $"{name} keeps more of its input's resolution: nothing is lost, and it and what follows compute on more positions."
                : $"{name} and what follows compute on fewer positions; detail that the other inputs do not have either is lost.";
            var patch = new PatchWriter(merge).Set(edit.Layer.Path, edit.Attribute, edit.Value.DeepClone());
            if (edit.NeedsSame)
                patch.Set(edit.Layer.Path, "padding", "same");
            yield return new(
                $"{edit.Attribute.Replace('_', '-')}-{Slug(value)}{(edit.NeedsSame ? "-same" : "")}-{Slug(name)}",
                FixKind.Edit,
                $"Set the {edit.Attribute.Replace('_', ' ')} of {name} to {value}{(edit.NeedsSame ? " and its padding to \"same\"" : "")}",
                effect,
                IsMeant(edit) ? Loss.Rewired
                    : isFiner ? Loss.None
                    : Loss.Dropped,
                patch.Patch
            )
            {
                Gain = edit.Gain,
                IsOfTransition = edit.IsTransition,
                AtTheCause =
                    edit.Layer.Path.ToString() == cause.Path?.ToString()
                    && !IsMeant(edit)
                    && !edit.NeedsSame
                    && edit == merge.ScaleEdits[0]
                    && merge.SourceCandidates is not [{ IsUnread: true }, ..],
            };
        }
    }

    // A pooling that stands there as poolings do is meant to shrink, and a layer without a stride that is like its siblings is meant not
    // to.
    private static bool IsMeant(ScaleEdit edit) =>
        edit.Gain <= 0 && !edit.IsMissing && (!edit.IsResponsible || IsPooling(edit.Layer.Operator));

    private static bool IsPooling(Operator op) => op.Window is not null && !op.Effect.Has(Effect.Weighs);
}
