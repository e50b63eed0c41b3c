using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>"same" padding on the layers that lose cells at the border.</summary>
internal sealed class EditPadding : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (cause.Kind is not ("padding_difference" or "stride_difference" or "one_branch_differs"))
            yield break;
        foreach (var branch in merge.Branches)
        {
            var losing = PaddingDifference.Losing(merge).Where(step => branch.Path.Contains(step.Layer)).ToList();
            if (losing.Count == 0)
                continue;
            var patch = new PatchWriter(merge);
            foreach (var step in losing)
                patch.Set(step.Layer.Path, "padding", "same");
            var names = Listed(losing.Select(step => step.Layer.Name));
            yield return new($"same-padding-{Slug(branch.Name)}", $"Set the padding of {names} to \"same\"", $"Zeros at the border make up for the cells that {names} would lose; the sizes behind stay as they come in.", Loss.None, patch.Patch) { AtTheCause = losing.Count == 1 };
        }
    }
}
