using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>The part of an axis from <c>start</c> up to, not including, <c>end</c>, as in Python; negative counts from the end.</summary>
/// <remarks>
/// Shapes: the axis becomes shorter: ⌈(end − start) / step⌉. Parameters and MACs: none. Sources: torch slicing
/// <c>x[:, start:end:step]</c>; ONNX Slice-13.
/// </remarks>
[Kind("slice")]
public sealed record Slice : Operator
{
    /// <summary>The axis; not the batch. Default: channels.</summary>
    public AxisName Axis { get; init; } = Domain.Shapes.Axis.Channels;

    /// <summary>First index that stays. Default: 0.</summary>
    public long Start { get; init; }

    /// <summary>First index that no longer stays. Default: the end of the axis.</summary>
    public long? End { get; init; }

    /// <summary>Every how many elements one stays, at least 1. Default: 1, all of them.</summary>
    [Between(1)]
    public long Step { get; init; } = 1;

    public override Footprint Footprint => Footprint.View;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        new("axis", EditEffect.Features | EditEffect.Sizes, AxesFor),
        new("start", EditEffect.Features | EditEffect.Sizes, (layer, wanted) => Bound(layer, wanted, (first, last, span) => last - span)),
        new("end", EditEffect.Features | EditEffect.Sizes, (layer, wanted) => Bound(layer, wanted, (first, last, span) => first + span)),
        new("step", EditEffect.Features | EditEffect.Sizes, StepsFor),
    ];

    public override Shape? Infer(ShapeContext context)
    {
        if (AxesOf.Position(context, Axis) is not { } position)
            return null;
        var size = context.Input.Dims[position];
        if (size.Known is { } known)
            return context.Input.With(position, Left(known));
        // A symbolic size must have all the places that are named: a shorter one would be cut short, to a size of its own.
        var named = Math.Max(Start < 0 ? -Start : 0, End ?? 0);
        return context.Require(
            Codes.LayerShape,
            $"start {Start} and end {End?.ToString(CultureInfo.InvariantCulture) ?? "at the end"} name places of "
                + $"{context.Input.Axes[position].Name()}, {size}, that a smaller size than {named} does not have.",
            Requirement.AtLeast(size, named)
        )
            ? context.Input.With(position, (From(End ?? 0, End is null or < 0) - From(Start, Start < 0)).CeilDivide(Step))
            : null;

        Dim From(long at, bool end) => end ? size + at : at;
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        List<string> operands =
        [
            onnx.Input,
            onnx.Constant(Start),
            onnx.Constant(End ?? long.MaxValue),
            onnx.Constant(AxesOf.Index(onnx.Layer.Input, Axis)),
        ];
        if (Step > 1)
            operands.Add(onnx.Constant(Step));
        onnx.Add("Slice", operands);
    }

    /// <summary>How many of this many elements stay; below 1 where none does.</summary>
    private long Left(long size)
    {
        var span = Clamp(End ?? size, size) - Clamp(Start, size);
        return span <= 0 ? span : ((span - 1) / Step) + 1;
    }

    /// <summary>The axes of which the cut leaves the wanted size.</summary>
    private IEnumerable<JsonNode> AxesFor(PlannedLayer layer, Shape wanted) =>
        Enumerable
            .Range(1, layer.Input.Rank - 1)
            .Where(position =>
                wanted.Rank == layer.Input.Rank
                && layer.Input.Dims[position].Known is { } size
                && Left(size) == wanted.Dims[position]
            )
            .Select(position => (JsonNode)layer.Input.Axes[position].Name());

    /// <summary>The start or end with which the wanted number of elements stays.</summary>
    /// <param name="bound">Of the first element that stays now, the one behind the last, and the span that is wanted.</param>
    private IEnumerable<JsonNode> Bound(PlannedLayer layer, Shape wanted, Func<long, long, long, long> bound)
    {
        if (
            Axis.PositionIn(layer.Input) is not { } position
            || wanted.Rank != layer.Input.Rank
            || layer.Input.Dims[position].Known is not { } size
            || wanted.Dims[position].Known is not { } left
            || left < 1
        )
            return [];
        var at = bound(Clamp(Start, size), Clamp(End ?? size, size), Saturating.Add(Saturating.Multiply(left - 1, Step), 1));
        return at >= 0 && at <= size ? [at] : [];
    }

    /// <summary>The steps with which the wanted number of elements stays, those nearest to the present one first.</summary>
    private IEnumerable<JsonNode> StepsFor(PlannedLayer layer, Shape wanted) =>
        Axis.PositionIn(layer.Input) is { } position
        && wanted.Rank == layer.Input.Rank
        && layer.Input.Dims[position].Known is { } size
        && wanted.Dims[position].Known is { } left
            ? Enumerable
                .Range(1, (int)Math.Min(size, MostTried))
                .Where(step => (this with { Step = step }).Left(size) == left)
                .OrderBy(step => Math.Abs(step - Step))
                .Select(step => (JsonNode)(long)step)
            : [];

    private const long MostTried = 10_000;

    private static long Clamp(long at, long size) => Math.Clamp(at < 0 ? at + size : at, 0, size);

    public static IEnumerable<Example> Examples =>
    [
        new("channels", new Slice { Start = 1, End = 3 }, [4, 5, 6]),
        new("from the end", new Slice { Axis = Domain.Shapes.Axis.Width, Start = -3 }, [2, 5, 6]),
        new("without the last", new Slice { Axis = Domain.Shapes.Axis.Height, End = -1 }, [2, 5, 6]),
        new("beyond the end", new Slice { Axis = Domain.Shapes.Axis.Time, Start = 2, End = 99 }, [2, 5]),
        new("features", new Slice { End = 4 }, [7]),
        new("every second", new Slice { Axis = Domain.Shapes.Axis.Width, Start = 1, Step = 2 }, [2, 5, 6]),
        new("every third, odd", new Slice { Axis = Domain.Shapes.Axis.Time, End = -1, Step = 3 }, [2, 9]),
    ];
}
