using ConcatService.Domain.Graphs;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Takes the stride away at the layer to blame.</summary>
internal sealed class EditStride : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (cause.Kind is not ("stride_difference" or "one_branch_differs") || cause.Layer is not { } name || merge.Producer(new Wire(name)) is not { } blamed)
            yield break;
        var axis = merge.DifferingAxes.First();
        if (merge.Branches.FirstOrDefault(each => each.Path.Contains(blamed)) is not { } branch || branch.Steps(axis).FirstOrDefault(step => step.Layer == blamed) is not { Scale.Denominator: > 1 })
            yield break;

        // One that stands where its twin on another branch has no stride was mistyped; a pooling is there to shrink.
        var isOdd = merge.Branches.Any(other => other != branch && other.Path.Any(twin => twin.Operator.Kind == blamed.Operator.Kind && !branch.Path.Contains(twin)));
        var shrinks = blamed.Operator.Kind.Contains("pool", StringComparison.Ordinal);
        var effect = $"{name} keeps its input's resolution: nothing is lost, and it and what follows compute on more positions.";
        var loss = shrinks ? Loss.Rewired : Loss.None;
        yield return new($"stride-1-{Slug(name)}", $"Set the stride of {name} to 1", effect, loss, new PatchWriter(merge).Set(blamed.Path, "stride", 1).Patch) { AtTheCause = isOdd && !shrinks };
        yield return new($"stride-1-same-{Slug(name)}", $"Set the stride of {name} to 1 and its padding to \"same\"", effect, loss, new PatchWriter(merge).Set(blamed.Path, "stride", 1).Set(blamed.Path, "padding", "same").Patch);
    }
}
