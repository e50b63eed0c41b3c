using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>One branch was made coarser (or finer) than the others.</summary>
internal sealed class StrideDifference : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (!merge.IsSpatial)
            return null;
        var axis = merge.DifferingAxes.First();
        var step = Responsible(merge) ?? Rescaling(merge, axis).LastOrDefault();
        if (step is null)
            return null;
        var branch = merge.Branches.First(each => each.Steps(axis).Any(own => own.Layer == step.Layer));
        var strides = string.Join(", ", merge.Branches.Select(each => $"{each.Name} {Spelled(each.Scale(axis))}"));
        var parted = merge.Ancestor is { } ancestor ? $" The branches part at {merge.NameOf(ancestor.Source)}; since then their scales are: {strides}." : "";
        return Blame("stride_difference", step.Layer, $"{step.Layer.Name} ({step.Layer.Operator.Kind}) takes {axis.Name()} from {step.Before} to {step.After} on the way to {branch.Name} alone.{parted}");
    }

    /// <summary>The one step whose scale makes the whole difference; null when no single layer does.</summary>
    internal static Step? Responsible(MergeCase merge)
    {
        var axis = merge.DifferingAxes.First();
        var scales = merge.Branches.Select(branch => branch.Scale(axis)).Distinct().ToList();
        if (scales.Count != 2)
            return null;
        var ratio = scales[0] / scales[1];
        foreach (var branch in merge.Branches)
        {
            var own = branch.Scale(axis) == scales[0] ? ratio : Ratio.One / ratio;
            if (branch.Steps(axis).LastOrDefault(each => each.Scale == own && each.Scale != Ratio.One) is { } step && merge.Branches.Any(other => !other.Path.Contains(step.Layer)))
                return step;
        }

        return null;
    }

    private static IEnumerable<Step> Rescaling(MergeCase merge, Axis axis) =>
        merge.Branches.OrderBy(branch => branch.Shape[axis].Value).Take(1).SelectMany(branch => branch.Steps(axis)).Where(step => step.Scale != Ratio.One);

    private static string Spelled(Ratio scale) => scale == Ratio.One ? "1" : scale.ToString();
}
