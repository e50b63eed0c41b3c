using ConcatService.Domain.Fixes.Causes;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Takes the input from another layer, one that has the right size already.</summary>
internal sealed class Reroute : FixStrategy
{
    private const int MostOffers = 3;

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.IsSpatial)
            yield break;
        foreach (var target in Targets(merge))
        {
            if (Others(merge, target) is not [var branch])
                continue;

            // What the cause names; then the nearest layer on the same path; then what stands just before or after it in the network.
            var meant = WrongInput.Tap(merge) is var (wrong, _, tapped) && wrong == branch ? [tapped] : Array.Empty<PlannedLayer>();
            var taps = meant.Concat(branch.Path.SkipLast(1).Reverse()).Concat(merge.Compiled.Planned.Layers.Reverse().Where(layer => !branch.Path.Contains(layer)))
                .Where(merge.CanBeTapped)
                .Where(layer => layer.Output.SameAxes(target.Shape) && merge.DifferingAxes.All(axis => layer.Output[axis] == target.Shape[axis]) && !merge.Merge.Inputs.Any(wire => wire.Source == layer.Name))
                .DistinctBy(layer => layer.Name)
                .Take(MostOffers);
            foreach (var tap in taps)
            {
                var name = merge.NameOf(tap.Name);
                var patch = new PatchWriter(merge);
                if (patch.Reroute(branch.Index, name))
                    yield return new($"reroute-{Slug(branch.Name)}-{Slug(name)}", $"Take {name} instead of {branch.Name}", $"{name} is {tap.Output.Sizes} already; what {branch.Name} computes no longer reaches the merge.", Loss.Rewired, patch.Patch) { AtTheCause = cause.Kind == "wrong_input" && meant.Contains(tap) };
            }
        }
    }
}
