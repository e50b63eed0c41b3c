using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Puts inputs of one shape beside each other along a new axis.</summary>
/// <remarks>
/// Shapes: k times <c>[N, C]</c> give <c>[N, k, C]</c> with axis 1 or <c>[N, C, k]</c> with axis 2. Without a name the new axis is
/// <c>time</c> of vectors, <c>depth</c> of maps, and has no meaning of its own elsewhere. Parameters and MACs: none. Sources: torch.stack;
/// ONNX Unsqueeze-13, Concat-13.
/// </remarks>
[Kind("stack")]
public sealed record Stack : Operator, IMerge
{
    /// <summary>
    /// The new axis: a number is its place in the output, the batch counted as 0; a name, one that the inputs do not have, puts it where
    /// the layout's default order has that axis.
    /// </summary>
    public required AxisName Axis { get; init; }

    public override Arity Arity => Arity.AtLeast(2);

    public Code Degenerate => Codes.MergeDegenerate;

    public AxisName? JoinedAxis => null;

    public Combination Combination => Combination.Joined;

    public string? FusedBy => null;

    public override Footprint Footprint => Footprint.PassesGradient with { Format = NumberFormat.AsGiven };

    public override AxisFlow AxisFlow => AxisFlow.Made;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
        [new("axis", EditEffect.Features | EditEffect.Sizes | EditEffect.Order, AxesFor)];

    public override Shape? Infer(ShapeContext context)
    {
        var (inputs, first) = (context.Inputs, context.Input);
        if (Array.Exists(inputs, input => input.Rank != first.Rank))
            return Mismatches.Report(context, null, [], Codes.MergeRank);
        var dims = first.Dims.ToArray();
        var differing = Mismatches.Differing(inputs, -1);
        if (differing.Count > 0 && !Mismatches.Meet(context, null, differing, Codes.MergeShape, dims, Requirement.Equal))
            return null;
        if (Array.Exists(inputs, input => input.DType != first.DType))
            return Mismatches.Report(context, null, [], Codes.MergeDType);
        if (!Array.TrueForAll(inputs, input => input.SameAxes(first)))
            return Mismatches.Report(context, null, [], Codes.MergeShape);
        if (first.Rank > Axes.MaxRank)
            return context.Error(
                Codes.LayerRank,
                $"its inputs have {first.Rank - 1} dimensions, {first.Sizes}, and a tensor has at most {Axes.MaxRank}. Reshape them before."
            );
        return Place(first, context.Layout) is { } place
            ? Stacked(first.With(dims), place, inputs.Length) // [N, C], [N, C] -> [N, 2, C]
            : context.Error(
                Codes.LayerAxes,
                $"axis is {Axis}, and its inputs are [{ShapeContext.Names(first.Axes)}], {first.Sizes}. Name an axis that they do not "
                    + $"have, or give its place in the output, 1 to {first.Rank}."
            );
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (input, output) = (onnx.Layer.Input, onnx.Layer.Output);
        var place = PlaceIn(output, input);
        var whole = onnx.Part("Concat", [.. onnx.Inputs.Select(Widened)], ("axis", (long)place));
        if (output.FeatureMovesFirst)
            onnx.Add("Transpose", [whole], ("perm", Views.PositionsOf(output)));
        else
            onnx.Add("Identity", [whole]);

        string Widened(string x)
        {
            var written = input.FeatureMovesFirst ? onnx.Part("Transpose", [x], ("perm", Views.WrittenOrder(input))) : x;
            return onnx.Part("Unsqueeze", [written, onnx.Constant(place)]);
        }
    }

    /// <summary>Where the new axis stands in the output as written.</summary>
    internal int PlaceIn(Shape output, Shape input)
    {
        if (Axis.Number is null)
            return output.Position(Axis.Axis);
        var number = Axis.Number.Value;
        return (int)(number < 0 ? number + input.Rank + 1 : number);
    }

    public string Repeated(int input, string sizes) => $"the same {sizes} stands there twice";

    /// <summary>The place of the new axis; null where there is none, or where it would be the batch's.</summary>
    private int? Place(Shape input, Layout layout)
    {
        if (Axis.Number is { } number)
        {
            var place = number < 0 ? number + input.Rank + 1 : number;
            return place >= 1 && place <= input.Rank ? (int)place : null;
        }

        if (Axis.Axis == Domain.Shapes.Axis.Batch || input.Has(Axis.Axis))
            return null;
        if (Axis.Axis == Domain.Shapes.Axis.Channels)
            return layout == Layout.ChannelsFirst ? 1 : input.Rank;
        // Spatial axes stand in the order of their names, behind or before the features as the layout has it.
        var before = input.Axes.Count(axis => axis.IsSpatial() && axis < Axis.Axis);
        return 1 + before + (input.Axes.Count > 1 && input.Axes[1] == Domain.Shapes.Axis.Channels && IsFirst(input, layout) ? 1 : 0);
    }

    // A vector's features are first and last; the layout decides.
    private static bool IsFirst(Shape input, Layout layout) => input.Rank > 2 || layout == Layout.ChannelsFirst;

    private Shape Stacked(Shape input, int place, long count)
    {
        var (dims, axes) = (input.Dims.ToList(), input.Axes.ToList());
        dims.Insert(place, count);
        axes.Insert(place, Axis.Number is null ? Axis.Axis : Unnamed(input));
        return new([.. dims], [.. axes], input.DType);
    }

    private static Axis Unnamed(Shape input) => input.SpatialAxes.ToList() switch
    {
        [] when !input.Has(Domain.Shapes.Axis.Other) => Domain.Shapes.Axis.Time,
        [Domain.Shapes.Axis.Height, Domain.Shapes.Axis.Width] => Domain.Shapes.Axis.Depth,
        _ => Domain.Shapes.Axis.Other,
    };

    /// <summary>The axes with which the stack has the wanted shape.</summary>
    private static IEnumerable<JsonNode> AxesFor(PlannedLayer layer, Shape wanted)
    {
        foreach (var axis in wanted.Axes.Where(axis => axis is not (Domain.Shapes.Axis.Batch or Domain.Shapes.Axis.Other)))
        {
            if (!layer.Input.Has(axis))
                yield return axis.Name();
        }

        for (var place = 1; place <= layer.Input.Rank; place++)
            yield return place;
    }

    public static IEnumerable<Example> Examples =>
    [
        new("vectors to a sequence", new Stack { Axis = new(default, 1) }, [6], [6], [6]) { ChannelsFirstOnly = true },
        new("vectors along time", new Stack { Axis = Domain.Shapes.Axis.Time }, [6], [6], [6]),
        new("maps to a volume", new Stack { Axis = Domain.Shapes.Axis.Depth }, [3, 5, 4], [3, 5, 4]),
        new("maps, behind the last axis", new Stack { Axis = new(default, -1) }, [3, 5, 4], [3, 5, 4]) { ChannelsFirstOnly = true },
        new("sequences", new Stack { Axis = new(default, 2) }, [5, 6], [5, 6])
        {
            InputAxes = [Domain.Shapes.Axis.Time, Domain.Shapes.Axis.Channels],
            SameAxes = true,
            ChannelsFirstOnly = true,
        },
    ];
}
