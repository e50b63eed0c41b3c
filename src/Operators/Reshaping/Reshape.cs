using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;
using AxisOrders = ConcatService.Domain.Shapes.Axes;

namespace ConcatService.Operators;

/// <summary>Reshapes each sample, reading elements in the order that the spec writes them.</summary>
/// <remarks>
/// Shapes: any to one with as many elements, with the default axes of its rank or those that <c>axes</c> names. Parameters and MACs: none.
/// Sources: torch.reshape; ONNX Reshape-14.
/// </remarks>
[Kind("reshape")]
public sealed record Reshape : Operator
{
    /// <summary>Output sizes without the batch; at most one may be -1, which is inferred.</summary>
    [Between(-1)]
    public required Integers Shape { get; init; }

    /// <summary>
    /// What each dimension of the output means, by name: <c>["time", "features"]</c>; <c>"other"</c>, which may stand several times, for
    /// nothing in particular. Default: the layout's order for the rank.
    /// </summary>
    public AxisLabels? Axes { get; init; }

    public override Footprint Footprint => Footprint.Nothing;

    public override AxisFlow AxisFlow => AxisFlow.Made;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        EditableAttributes.Shape("shape", EditEffect.Features | EditEffect.Sizes | EditEffect.Rank),
        new("axes", EditEffect.Features | EditEffect.Sizes | EditEffect.Order, AxesFor),
    ];

    public override Shape? Infer(ShapeContext context)
    {
        var sizes = Shape.ToArray();
        if (Views.Product(context, context.Input.Dims.Skip(1)) is not { } all)
            return null;
        if (sizes.Contains(0) || sizes.Count(size => size == -1) > 1 || sizes.Length > AxisOrders.MaxRank)
            return context.Error(
                Codes.OutOfRange,
                $"shape is {Shape}; expected 1 to {AxisOrders.MaxRank} sizes of at least 1, one of which may be -1."
            );
        if (Axes is { } names && names.Each.Count != sizes.Length)
            return context.Error(
                Codes.OutOfRange,
                $"axes is {names}, {names.Each.Count} of them, and shape is {Shape}. Name one axis for each of its {sizes.Length} sizes."
            );
        var given = sizes.Where(size => size > 0).Aggregate(1L, Saturating.Multiply);
        var remains = all.FloorDivide(given);
        var wanted =
            all.Known is { } total && (sizes.Contains(-1) ? total % given != 0 : total != given)
                ? new Wanted
                {
                    Values = [.. Fitting(sizes, total)],
                    Width = context.Input.Rank == 2 && !sizes.Contains(-1) ? given : null,
                }
                : null;
        if (
            !context.Require(
                Codes.LayerShape,
                wanted,
                $"shape {Shape} holds {given} numbers{(sizes.Contains(-1) ? " times a whole number" : "")} and its input "
                    + $"{context.Layer.InputName(0)}, {context.Input.Sizes}, has {all}. Make the sizes' product fit, or leave one to -1.",
                Requirement.Equal(sizes.Contains(-1) ? remains * given : given, all)
            )
        )
            return null;
        return new(
            [Dim.Batch, .. sizes.Select(size => size == -1 ? remains : size)],
            Axes is { } labels
                ? [Axis.Batch, .. labels.Each]
                : AxisOrders.Default(sizes.Length, context.Layout, context.Input.DType),
            context.Input.DType);                                                                   // [N, C, H, W] -> [N, …]
    }

    /// <summary>Shapes near the one that is given which hold as many numbers as arrive.</summary>
    private static IEnumerable<OtherValue> Fitting(long[] sizes, long total)
    {
        var open = Array.IndexOf(sizes, -1);
        var known = sizes.Where(size => size > 0).Aggregate(1L, Saturating.Multiply);
        // The places of a map that was expected larger or smaller: a first or last size stays, and the equal ones beside it change.
        foreach (var kept in open >= 0 || sizes.Length < 3 ? [] : new[] { 0, sizes.Length - 1 })
        {
            var places = sizes.Where((_, i) => i != kept).ToArray();
            var side = (long)Math.Round(Math.Pow(total / (double)sizes[kept], 1.0 / places.Length));
            var all = Saturating.Multiply(sizes[kept], Power(side, places.Length));
            if (places.Distinct().Count() == 1 && side != places[0] && all == total)
                yield return Other([.. sizes.Select((size, i) => i == kept ? size : side)]);
        }

        for (var i = 0; i < sizes.Length && open < 0; i++)
        {
            if (sizes[i] > 0 && known / sizes[i] is var others && total % others == 0)
                yield return Other([.. sizes.Select((size, at) => at == i ? -1 : size)]);
        }

        for (var i = 0; i < sizes.Length && open >= 0; i++)
        {
            if (i == open || total % (known / sizes[i]) != 0)
                continue;
            foreach (var near in Wanted.DivisorsNear(total / (known / sizes[i]), sizes[i]))
                yield return Other([.. sizes.Select((size, at) => at == i ? near : size)]);
        }

        OtherValue Other(long[] shape)
        {
            var rest = total / shape.Where(size => size > 0).Aggregate(1L, Saturating.Multiply);
            return new(
                "shape",
                new JsonArray([.. shape.Select(size => (JsonNode)size)]),
                $"The {total:N0} numbers that arrive are read as {string.Join('x', shape.Select(size => size == -1 ? rest : size))}."
            );
        }
    }

    private static long Power(long side, int times) => Enumerable.Repeat(side, times).Aggregate(1L, Saturating.Multiply);

    private static IEnumerable<JsonNode> AxesFor(PlannedLayer layer, Shape wanted) =>
        wanted.SameSizes(layer.Output) ? [new JsonArray([.. wanted.Axes.Skip(1).Select(axis => (JsonNode)axis.Name())])] : [];

    public override void EmitOnnx(OnnxScope onnx) => Views.EmitReshape(onnx);

    public static IEnumerable<Example> Examples =>
    [
        new("a map of a vector", new Reshape { Shape = new long[] { 3, 2, 4 } }, [24]),
        new("a vector of a map", new Reshape { Shape = -1 }, [3, 2, 4]),
        new("a sequence of a map", new Reshape { Shape = new long[] { 3, -1 } }, [3, 2, 4]),
        new("heads side by side", new Reshape { Shape = new long[] { 5, 6 }, Axes = AxisLabels.Of(Axis.Time, Axis.Channels) }, [5, 2, 3]),
        new(
            "windows",
            new Reshape
            {
                Shape = new long[] { 2, 3, 2, 3, -1 },
                Axes = AxisLabels.Of(Axis.Other, Axis.Other, Axis.Other, Axis.Other, Axis.Channels),
            },
            [4, 9, 2]
        ),
        new("five dimensions", new Reshape { Shape = new long[] { 2, 3, 1, 2, -1 } }, [6, 2, 4]),
    ];
}
