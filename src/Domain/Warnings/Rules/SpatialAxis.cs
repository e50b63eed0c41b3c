using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>Equal maps joined along height, width or depth: legal, and most often the channels were meant.</summary>
internal sealed class SpatialAxis : WarningRule
{
    // 9 of 45 reported concat faults, counted over issues of nine frameworks.
    public override Code Code { get; } =
        new(
            "concat.spatial_axis",
            "Feature maps of equal shape are concatenated along height, width or depth, side by side like tiles, although every axis would "
                + "fit. One in five reported concat faults is a wrong axis or layout."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        foreach (var merge in flow.Merges)
        {
            var layer = flow.Layers[merge];
            if (layer.Operator is not IMerge { JoinedAxis: { } joined } || layer.Inputs.Length < 2)
                continue;
            var position = joined.PositionIn(layer.Output)!.Value;
            var axis = layer.Output.Axes[position];
            if (axis is not (Axis.Height or Axis.Width or Axis.Depth) || !Array.TrueForAll(layer.InputShapes, layer.Input.SameSizes))
                continue;
            if (flow.IsWritten(merge))
                found.Add(Tiled(flow, merge, position));
        }
    }

    private Warning Tiled(Flow flow, int merge, int position)
    {
        var layer = flow.Layers[merge];
        var axis = layer.Output.Axes[position].Name();
        return AtMerge(flow, merge,
            $"{layer.Inputs.Length} equal maps of {layer.Input.Sizes} are joined along {axis}, so that they lie side by side: {axis} "
                + $"goes from {layer.Input.Dims[position]} to {layer.Output.Dims[position]}, and a 3x3 window sees two of them only at "
                + $"the seams.",
            "Join along channels, unless tiles are meant.") with
        {
            Fixes = () => Fixes(flow, merge),
        };
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int merge)
    {
        var layer = flow.Layers[merge];
        var path = AttributesOf(layer) ?? layer.Path["merge"];
        yield return new(
            "axis-channels",
            FixKind.Edit,
            "Join along channels",
            $"Each position then has the channels of all {layer.Inputs.Length} maps; height and width stay as they are.",
            Loss.None,
            Patch(flow, merge).Set(path, "axis", "channels").Patch
        );
    }
}
