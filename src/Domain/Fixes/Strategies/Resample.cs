using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Brings every branch to the size of one: finer ones are averaged, coarser ones upsampled.</summary>
internal sealed class Resample : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.IsSpatial)
            yield break;
        foreach (var target in Targets(merge))
        {
            var others = Others(merge, target);
            var patch = new PatchWriter(merge);
            var steps = others.Select(branch => Put(merge, branch, target, patch)).ToList();
            if (steps.Contains(null))
                continue;
            var id = others.Count == 1 ? $"{steps[0]!.Verb}-{Slug(others[0].Name)}" : $"resample-to-{Slug(target.Name)}";
            var title = others.Count == 1 ? steps[0]!.Title : $"Bring every branch to the {target.Shape.SpatialSizes} of {target.Name}";
            var loses = steps.Any(step => step!.Verb == "pool");
            yield return new(
                id,
                FixKind.Adapter,
                title,
                string.Join(" ", steps.Select(step => step!.Effect)),
                loses ? Loss.Dropped : Loss.Resampled,
                patch.Patch
            );
        }
    }

    private static Step? Put(MergeCase merge, Branch branch, Branch target, PatchWriter patch)
    {
        var axes = branch.Shape.SpatialAxes.ToList();
        if (axes.All(axis => branch.Shape[axis].Value >= target.Shape[axis].Value))
        {
            var windows = axes.Select(axis => branch.Shape[axis].Value / target.Shape[axis].Value).ToArray();
            var layer = new JsonObject { ["type"] = Twin("avg_pool", branch.Shape), ["kernel_size"] = EditableAttribute.Spelled(windows) };
            var kept = 1.0 / windows.Aggregate(1L, Saturating.Multiply);
            return patch.Insert(branch.Index, "pool", layer)
                ? new(
                    "pool",
                    $"Pool {branch.Name} by {string.Join('x', windows.Distinct())} to {target.Shape.SpatialSizes}",
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{branch.Name} keeps {kept:0%} of its positions; each is the mean of {string.Join('x', windows)} cells."
                    )
                )
                : null;
        }

        if (!axes.All(axis => branch.Shape[axis].Value <= target.Shape[axis].Value))
            return null;
        return patch.Insert(branch.Index, "up", new() { ["type"] = "upsample", ["size"] = Like(merge, target) })
            ? new(
                "upsample",
                $"Upsample {branch.Name} to the {target.Shape.SpatialSizes} of {target.Name}",
                $"{branch.Name} keeps all it has; each value is repeated to fill {target.Shape.SpatialSizes}, which adds no detail."
            )
            : null;
    }

    private sealed record Step(string Verb, string Title, string Effect);
}
