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
/// Shapes: the axis becomes shorter. Parameters and MACs: none. Sources: torch slicing <c>x[:, start:end]</c>; ONNX Slice-13.
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

    public override Footprint Footprint => Footprint.View;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        new("axis", EditEffect.Features | EditEffect.Sizes, AxesFor),
        new("start", EditEffect.Features | EditEffect.Sizes, (layer, wanted) => Bound(layer, wanted, (first, last, left) => last - left)),
        new("end", EditEffect.Features | EditEffect.Sizes, (layer, wanted) => Bound(layer, wanted, (first, last, left) => first + left)),
    ];

    public override Shape? Infer(ShapeContext context)
    {
        if (AxesOf.Position(context, Axis) is not { } position)
            return null;
        var size = context.Input.Dims[position];
        if (size.Known is { } known)
            return context.Input.With(position, Clamp(End ?? known, known) - Clamp(Start, known));
        // A symbolic size must have all the places that are named: a shorter one would be cut short, to a size of its own.
        var named = Math.Max(Start < 0 ? -Start : 0, End ?? 0);
        return context.Require(
            Codes.LayerShape,
            $"start {Start} and end {End?.ToString(CultureInfo.InvariantCulture) ?? "at the end"} name places of "
                + $"{context.Input.Axes[position].Name()}, {size}, that a smaller size than {named} does not have.",
            Requirement.AtLeast(size, named)
        )
            ? context.Input.With(position, From(End ?? 0, End is null or < 0) - From(Start, Start < 0))
            : null;

        Dim From(long at, bool end) => end ? size + at : at;
    }

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Slice",
        [onnx.Input, onnx.Constant(Start), onnx.Constant(End ?? long.MaxValue), onnx.Constant(AxesOf.Index(onnx.Layer.Input, Axis))]);

    /// <summary>The axes of which the cut leaves the wanted size.</summary>
    private IEnumerable<JsonNode> AxesFor(PlannedLayer layer, Shape wanted) =>
        Enumerable
            .Range(1, layer.Input.Rank - 1)
            .Where(position =>
                wanted.Rank == layer.Input.Rank
                && layer.Input.Dims[position].Known is { } size
                && Clamp(End ?? size, size) - Clamp(Start, size) == wanted.Dims[position]
            )
            .Select(position => (JsonNode)layer.Input.Axes[position].Name());

    /// <summary>The start or end with which the wanted number of elements stays.</summary>
    /// <param name="bound">Of the first element that stays now, the one behind the last, and how many are wanted.</param>
    private IEnumerable<JsonNode> Bound(PlannedLayer layer, Shape wanted, Func<long, long, long, long> bound)
    {
        if (
            Axis.PositionIn(layer.Input) is not { } position
            || wanted.Rank != layer.Input.Rank
            || layer.Input.Dims[position].Known is not { } size
            || wanted.Dims[position].Known is not { } left
        )
            return [];
        var at = bound(Clamp(Start, size), Clamp(End ?? size, size), left);
        return at >= 0 && at <= size ? [at] : [];
    }

    private static long Clamp(long at, long size) => Math.Clamp(at < 0 ? at + size : at, 0, size);

    public static IEnumerable<Example> Examples =>
    [
        new("channels", new Slice { Start = 1, End = 3 }, [4, 5, 6]),
        new("from the end", new Slice { Axis = Domain.Shapes.Axis.Width, Start = -3 }, [2, 5, 6]),
        new("without the last", new Slice { Axis = Domain.Shapes.Axis.Height, End = -1 }, [2, 5, 6]),
        new("beyond the end", new Slice { Axis = Domain.Shapes.Axis.Time, Start = 2, End = 99 }, [2, 5]),
        new("features", new Slice { End = 4 }, [7]),
    ];
}
