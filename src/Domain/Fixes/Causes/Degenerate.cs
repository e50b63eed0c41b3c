using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>What is left: inputs that differ without a layer that made them so.</summary>
internal sealed class Degenerate : CauseRule
{
    protected override Cause? Of(MergeCase merge) =>
        merge.Mismatch.Differing.Count > 0 ? Blame("degenerate", null, "The inputs come with these sizes; no layer between them and their common ancestor changes them.") : null;
}
