using System.Text.Json.Nodes;
using ConcatService.Domain.Fixes.Adapters;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Edits;

/// <summary>
/// Sizes of a layer whose positions are counted behind it: a table of positions that is resized as a map, read as a row and joined with a
/// class token along time. They are those of a map on the other way, or one of them is as many more as what one more gives at the merge
/// tells.
/// </summary>
internal static class SizesBehind
{
    /// <summary>How many values are tried; those nearest to the merge come first.</summary>
    private const int MostTrials = 16;

    /// <summary>Of a wider merge the first branches stand for all.</summary>
    private const int MostBranches = 16;

    /// <summary>The edits after which the whole network fits, the likeliest first.</summary>
    public static List<AttributeEdit> Of(MergeCase merge) =>
        [
            .. Possible(merge)
                .Take(MostTrials)
                .OfType<AttributeEdit>()
                .DistinctBy(edit => (edit.Layer.Path.ToString(), edit.Value.ToJsonString()))
                .Where(edit => merge.Again.Restores(edit.Layer, op => op.With(edit.Attribute, edit.Value))),
        ];

    private static IEnumerable<AttributeEdit?> Possible(MergeCase merge)
    {
        foreach (var branch in merge.Branches.Take(MostBranches))
        {
            var layers = merge.OnlyBefore(branch).Where(layer => IsOther(layer, branch)).ToList();
            foreach (var target in merge.Targets.Where(other => other != branch && other.Shape.SameAxes(branch.Shape)))
            {
                if (MergeTargets.Differing(merge, branch.Shape, target.Shape).ToList() is not [var position])
                    continue;
                foreach (var layer in layers)
                {
                    foreach (var edit in layer.Operator.Edits.Where(edit => IsSize(layer, edit)))
                    {
                        foreach (var sizes in MapsBefore(merge, target, layer))
                            yield return Valued(layer, edit, branch, target, sizes);
                        foreach (var axis in layer.Output.SpatialAxes.Reverse())
                            yield return Solved(merge, layer, edit, axis, branch, target, position);
                    }
                }
            }
        }
    }

    // Where the axes stay, the value is found without this.
    private static bool IsOther(PlannedLayer layer, Branch branch) =>
        layer.Inputs.Length > 0 && layer.Operator.Like is null && !layer.Output.SameAxes(branch.Shape);

    private static bool IsSize(PlannedLayer layer, EditableAttribute edit) =>
        edit.Effect == EditEffect.Sizes && AttributeEdits.IsSearched(layer, edit);

    // The layer's output, with the sizes of a map that leads to the target.
    private static IEnumerable<Shape> MapsBefore(MergeCase merge, Branch target, PlannedLayer layer) =>
        merge
            .OnlyBefore(target)
            .Where(map => map.Output.SameAxes(layer.Output) && map.Output.SpatialSizes != layer.Output.SpatialSizes)
            .DistinctBy(map => map.Output.SpatialSizes)
            .Select(map => layer.Output.SpatialAxes.Aggregate(layer.Output, (shape, axis) => shape.With(axis, map.Output[axis])));

    private static AttributeEdit? Solved(
        MergeCase merge,
        PlannedLayer layer,
        EditableAttribute edit,
        Axis axis,
        Branch branch,
        Branch target,
        int position
    ) =>
        layer.Output[axis].Known is { } size
        && branch.Shape.Dims[position].Known is { } before
        && target.Shape.Dims[position].Known is { } wanted
        && Value(layer, edit, layer.Output.With(axis, size + 1)) is { } larger
        && merge.Again.Given(layer, op => op.With(edit.Name, larger), branch.Index) is { } given
        && given.SameAxes(branch.Shape)
        && given.Dims[position].Known - before is > 0 and var each
        && (wanted - before) % each == 0
        && size + ((wanted - before) / each) is > 0 and var reached
        && !SizeGap.IsOtherScale(size, reached)
            ? Valued(layer, edit, branch, target, layer.Output.With(axis, reached))
            : null;

    private static AttributeEdit? Valued(PlannedLayer layer, EditableAttribute edit, Branch branch, Branch target, Shape wanted) =>
        Value(layer, edit, wanted) is { } value ? new(layer, branch, target, edit.Name, value, 0) : null;

    private static JsonNode? Value(PlannedLayer layer, EditableAttribute edit, Shape wanted) => edit.Solve(layer, wanted).FirstOrDefault();
}
