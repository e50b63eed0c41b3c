using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>The way from the branches' common ancestor to one input of a merge.</summary>
/// <param name="Name">The input as the diagnostic names it.</param>
/// <param name="Shape">What arrives at the merge.</param>
/// <param name="Path">The layers after the common ancestor, in order; the last one gives the input.</param>
/// <param name="Start">The shape that the path starts from; the branch's own input when the branches have no common ancestor.</param>
public sealed record Branch(int Index, string Name, Shape Shape, IReadOnlyList<PlannedLayer> Path, Shape? Start)
{
    /// <summary>What the layers of the path do to this axis, those that leave it alone omitted.</summary>
    public IEnumerable<Step> Steps(Axis axis)
    {
        foreach (var layer in Path)
        {
            if (!layer.Output.Has(axis) || !layer.Input.Has(axis))
                continue;
            var step = new Step(layer, layer.Operator.RescalingOf(axis, layer), layer.Input[axis], layer.Output[axis]);
            if (step.Scale != Ratio.One || step.Before != step.After)
                yield return step;
        }
    }

    /// <summary>The product of all strides and scale factors: 1/4 after two layers of stride 2.</summary>
    public Ratio Scale(Axis axis) => Steps(axis).Aggregate(Ratio.One, (scale, step) => scale * step.Scale);

    /// <summary>The size that would arrive if nothing were rounded; null when it does not start from a number.</summary>
    public Ratio? Exact(Axis axis) => Start is { } start && start.Has(axis) && start[axis].Known is { } size
        ? Steps(axis).Aggregate(new Ratio(size, 1), (exact, step) => (exact - new Ratio(step.PaddingLoss, 1)) * step.Scale)
        : null;

    /// <summary>The size that would arrive if every layer padded fully and nothing were rounded.</summary>
    public Ratio? FullyPadded(Axis axis) =>
        Start is { } start && start.Has(axis) && start[axis].Known is { } size ? new Ratio(size, 1) * Scale(axis) : null;
}

/// <summary>One layer's effect on one axis.</summary>
public sealed record Step(PlannedLayer Layer, Rescaling Rescaling, Dim Before, Dim After)
{
    public Ratio Scale => new(Rescaling.Numerator, Rescaling.Denominator);

    /// <summary>
    /// Cells lost beyond what the stride divides away. A deficit below the stride only decides between rounding down and up, and is no
    /// loss.
    /// </summary>
    public long PaddingLoss => Rescaling.Deficit < 0 ? Rescaling.Deficit : Math.Max(0, Rescaling.Deficit - (Rescaling.Denominator - 1));

    /// <summary>Whether a part of a cell was rounded away here.</summary>
    public bool RoundsDown =>
        Before.Known is { } before && After.Known is { } after && new Ratio(after, 1) < (new Ratio(before - PaddingLoss, 1) * Scale);

    /// <summary>Whether a part of a cell was rounded away or made up here.</summary>
    public bool Rounds => Before.Known is { } before && After.IsKnown && !(new Ratio(before - PaddingLoss, 1) * Scale).IsWhole;
}
