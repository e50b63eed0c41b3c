using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>An input's shape is written in the other layout than the spec's: read in that one the whole network fits.</summary>
internal sealed class OtherLayout : CauseRule
{
    /// <summary>Pictures have no more channels than this; a larger number there is a height or width.</summary>
    private const long MostChannels = 4;

    protected override Cause? Of(MergeCase merge)
    {
        if (
            !merge.SameRank
            || merge.Mismatch.Axis is null
            || WouldFitByChannels(merge)
            || merge.Compiled.Graph.Inputs.FirstOrDefault(LooksTurned) is not { } input
        )
            return null;
        var other = Other(merge.Compiled.Graph.Layout);
        return
            new Proof(merge).Patched([
                new JsonObject
                {
                    ["op"] = "add",
                    ["path"] = "/layout",
                    ["value"] = other.Name(),
                },
            ])
                is not { After.Plan: not null }
            ? null
            : new(
                CauseKinds.MixedLayout,
                null,
                input.Path,
                $"{input.Name} is {input.Shape.Sizes}, which the spec's {merge.Compiled.Graph.Layout.Name()} reads as "
                    + $"{input.Shape[Axis.Channels]} channels of {input.Shape.SpatialSizes}; read {other.Name()}, everything fits."
            );
    }

    internal static Layout Other(Layout layout) => layout == Layout.ChannelsFirst ? Layout.ChannelsLast : Layout.ChannelsFirst;

    // Joined along the channels they would fit: then the axis is what is wrong.
    private static bool WouldFitByChannels(MergeCase merge) =>
        merge.Branches.All(branch => branch.Shape.SpatialAxes.All(axis => branch.Shape[axis] == merge.Branches[0].Shape[axis]));

    private static bool LooksTurned(InputSpec input) =>
        input.Shape.SpatialAxes.Count() > 1
        && input.Shape.Dims.Skip(1).All(dim => dim.IsKnown)
        && input.Shape[Axis.Channels].Value > MostChannels
        && (
            input.Shape.Index(Axis.Channels) == 1 && input.Shape.Position(Axis.Channels) == 1 ? input.Shape.Dims[^1] : input.Shape.Dims[1]
        ).Value <= MostChannels;
}
