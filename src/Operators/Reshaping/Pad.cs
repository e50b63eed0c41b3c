using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>What the border is filled with.</summary>
public enum PadMode
{
    Zeros,
    /// <summary>Mirrors at the edge, without repeating it.</summary>
    Reflect,
    /// <summary>Repeats the edge.</summary>
    Replicate,
}

/// <summary>Pads the borders by given amounts, or up to a size (an odd element goes at the end).</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C, H + top + bottom, W + left + right]</c>, or the size asked for, which must not be smaller.
/// Parameters and MACs: none. Sources: torch.nn.functional.pad; ONNX Pad-13.
/// </remarks>
[Kind("pad1d"), Kind("pad2d"), Kind("pad3d")]
public sealed record Pad : Operator
{
    /// <summary>
    /// Elements to add as [left, right, top, bottom] (pad1d: [left, right]; pad3d: and front, back), or one number for all sides. Either
    /// this or <see cref="Size"/>.
    /// </summary>
    [Between(0)]
    public Integers? Padding { get; init; }

    /// <summary>The output size, or <c>{ "like": LAYER }</c> for the size of another layer. Either this or <see cref="Padding"/>.</summary>
    [Between(1)]
    public TargetSize? Size { get; init; }

    /// <summary>zeros, reflect or replicate. Default: zeros.</summary>
    public PadMode Mode { get; init; }

    public override (string Attribute, string Layer)? Like => Size?.Like is { } layer ? ("size", layer) : null;

    [SpecIgnore]
    public int SpatialRank => Twins.RankOf(Kind);

    public override Footprint Footprint => Mode == PadMode.Reflect || Mode == PadMode.Replicate ? Footprint.Inputs : Footprint.Nothing;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
        [Padding is null ? EditableAttributes.Size("size") : new("padding", EditEffect.Sizes, SidesFor)];

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.IsDefaultOrder(SpatialRank))
            return null;
        if (Padding is null == Size is null)
            return context.Error(
                Codes.MissingField,
                $"{Kind} takes either padding or size. Give {(Size is null ? "one" : "only one")} of them."
            );
        if (Padding is { IsOne: false } listed && listed.Count != 2 * SpatialRank)
            return context.Error(
                Codes.OutOfRange,
                $"padding lists {listed.Count} numbers; expected {2 * SpatialRank}: "
                    + $"{string.Join(", ", Names.Take(2 * SpatialRank))}, or one number for all sides."
            );
        if (Size is { Like: null } size && !Windows.HasOneEach(context, SpatialRank, "size", size.Cells))
            return null;
        var output = context.Input;
        var dimension = 0;
        foreach (var axis in context.Input.SpatialAxes)
        {
            if (Reached(context, axis, dimension++) is not { } reached)
                return null;
            output = output.With(axis, reached);
        }

        return output;                                                                           // [N, C, H, W] -> [N, C, H', W']
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer) =>
        axis.IsSpatial() && (layer.Input[axis] - layer.Output[axis]).Known is { } lost ? new(1, 1, lost) : Rescaling.None;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var mode = Mode switch { PadMode.Reflect => "reflect", PadMode.Replicate => "edge", _ => "constant" };
        onnx.Add("Pad", [onnx.Input, OnnxPads(onnx)], ("mode", mode));
    }

    /// <summary>Cells before and after along one spatial dimension, when this many are missing.</summary>
    internal (long Before, long After) Sides(int dimension, long missing) => Padding switch
    {
        { IsOne: true } all => (all[0], all[0]),
        // The list begins with the last dimension, as libtorch's does.
        { } each => (each[2 * (SpatialRank - 1 - dimension)], each[(2 * (SpatialRank - 1 - dimension)) + 1]),
        null => (missing / 2, missing - (missing / 2)),
    };

    /// <summary>The border for a wanted size, the odd element at the end; the list begins with the last dimension.</summary>
    private static IEnumerable<JsonNode> SidesFor(PlannedLayer layer, Shape wanted)
    {
        if (
            EditableAttributes.SpatialSizes(layer.Input) is not { } now
            || EditableAttributes.SpatialSizes(wanted) is not { } then
            || now.Length != then.Length
        )
            return [];
        var missing = now.Zip(then, (size, reached) => reached - size).Reverse().ToList();
        if (missing.Exists(cells => cells < 0))
            return [];
        var sides = missing.SelectMany(cells => new[] { cells / 2, cells - (cells / 2) }).ToList();
        return [sides.TrueForAll(side => side == sides[0]) ? sides[0] : new JsonArray([.. sides.Select(side => (JsonNode)side)])];
    }

    private Dim? Reached(ShapeContext context, Axis axis, int dimension)
    {
        var input = context.Input[axis];
        var reached = Size is { } target
            ? Targets.SizeOf(context, target, axis, dimension)
            : input + Sides(dimension, 0).Before + Sides(dimension, 0).After;
        if (reached is not { } size)
            return null;
        var missing = size - input;
        if (
            !context.Require(
                Codes.LayerShape,
                $"size is {size} in {axis.Name()} and its input {context.Layer.InputName(0)} has {input} already. Use center_crop to make "
                    + $"it smaller.",
                Requirement.AtLeast(size, input)
            )
        )
            return null;
        if (Mode != PadMode.Reflect)
            return size;
        var longer = Padding is null ? missing.CeilDivide(2) : Math.Max(Sides(dimension, 0).Before, Sides(dimension, 0).After);
        return context.Require(
            Codes.LayerShape,
            $"reflect adds {longer} cells in {axis.Name()}, and a mirror image of {input} has at most {input - 1}. Pad less, or with "
                + $"zeros or replicate.",
            Requirement.AtLeast(input - 1, longer)
        )
            ? size
            : null;
    }

    /// <summary>The sides in the order of the list, the last dimension first.</summary>
    private static readonly string[] Names = ["left", "right", "top", "bottom", "front", "back"];

    private string OnnxPads(OnnxScope onnx)
    {
        var (input, output) = (onnx.Layer.Input, onnx.Layer.Output);
        var missing = input.SpatialAxes.Select(axis => (output[axis] - input[axis]).Known).ToArray();
        if (Array.TrueForAll(missing, cells => cells is not null))
        {
            var sides = missing.Select((cells, dimension) => Sides(dimension, cells!.Value)).ToArray();
            return onnx.Constant([0, 0, .. sides.Select(side => side.Before), 0, 0, .. sides.Select(side => side.After)]);
        }

        var lacking = onnx.Part("Sub", [Targets.OnnxSizes(onnx, Size!.Value), onnx.Part("Shape", [onnx.Input])]);
        var before = onnx.Part("Div", [lacking, onnx.Constant(2)]);
        return onnx.Part("Concat", [before, onnx.Part("Sub", [lacking, before])], ("axis", 0L));
    }

    public static IEnumerable<Example> Examples =>
    [
        new("each side", new Pad { Kind = "pad2d", Padding = new long[] { 1, 2, 0, 3 } }, [3, 5, 4]),
        new("all sides", new Pad { Kind = "pad2d", Padding = 2 }, [3, 5, 4]),
        new("reflect", new Pad { Kind = "pad2d", Padding = new long[] { 2, 1, 3, 0 }, Mode = PadMode.Reflect }, [3, 5, 4]),
        new("replicate", new Pad { Kind = "pad2d", Padding = new long[] { 2, 1, 3, 0 }, Mode = PadMode.Replicate }, [3, 5, 4]),
        new("to a size", new Pad { Kind = "pad2d", Size = 8 }, [3, 5, 4]),
        new("like another layer", new Pad { Kind = "pad2d", Size = new TargetSize(0, "x1") }, [3, 5, 4], [2, 8, 4]),
        new("like height and width of a volume", new Pad { Kind = "pad2d", Size = new TargetSize(0, "x1") }, [3, 4, 4], [2, 7, 5, 6]),
        new("a volume", new Pad { Kind = "pad3d", Padding = new long[] { 1, 2, 0, 1, 2, 0 } }, [2, 3, 4, 5]),
        new("a volume, replicate", new Pad { Kind = "pad3d", Padding = 1, Mode = PadMode.Replicate }, [2, 3, 4, 5]),
        new("a volume like another", new Pad { Kind = "pad3d", Size = new TargetSize(0, "x1") }, [2, 3, 4, 5], [1, 4, 4, 7]),
        new("a sequence", new Pad { Kind = "pad1d", Padding = new long[] { 2, 1 }, Mode = PadMode.Replicate }, [3, 5]),
    ];
}
