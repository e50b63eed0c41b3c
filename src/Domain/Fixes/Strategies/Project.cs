using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>
/// Gives the branches the same number of features, by a 1x1 convolution or a linear layer: for element-wise merges, and for a concat along
/// another axis.
/// </summary>
internal sealed class Project : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.SameRank || merge.DifferingAxes.ToList() is not [Axis.Channels])
            yield break;
        foreach (
            var target in merge
                .Branches.GroupBy(branch => branch.Shape[Axis.Channels])
                .OrderByDescending(group => group.Count())
                .Select(group => group.First())
        )
        {
            if (target.Shape[Axis.Channels].Known is not { } features)
                continue;
            var others = merge.Branches.Where(branch => branch.Shape[Axis.Channels] != target.Shape[Axis.Channels]).ToList();
            var patch = new PatchWriter(merge);
            if (others.All(branch => patch.Insert(branch.Index, "project", Layer(branch.Shape, features))))
                yield return new(
                    $"project-to-{Slug(target.Name)}",
                    FixKind.Adapter,
                    $"Project {Listed(others.Select(branch => branch.Name))} to the {features} channels of {target.Name}",
                    $"At every place {features} learned mixtures of the channels stand for the channels themselves.",
                    others.Any(branch => branch.Shape[Axis.Channels].Known > features) ? Loss.Dropped : Loss.MadeUp,
                    patch.Patch
                );
        }
    }

    private static JsonObject Layer(Shape shape, long features) => shape.SpatialAxes.Any()
        ? new() { ["type"] = Twin("conv", shape), ["out_channels"] = features, ["kernel_size"] = 1 }
        : new() { ["type"] = "linear", ["out_features"] = features };
}
