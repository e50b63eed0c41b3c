using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>The matrix product of its two inputs over their last two axes, as the spec writes them.</summary>
/// <remarks>
/// Shapes: <c>[N, …, m, k]</c> and <c>[N, …, k, n]</c> give <c>[N, …, m, n]</c>; before the last two axes a size of 1 stretches, never the
/// batch. The rows keep their name from the first input, the columns from the second; where the output has that name already, the columns
/// are its features, or nameless. Parameters: none. MACs: k for each output element. Sources: torch.matmul; ONNX MatMul-13.
/// </remarks>
[Kind("matmul")]
public sealed record MatMul : Operator
{
    /// <summary>Reads the first input with its last two axes exchanged: <c>[k, m]</c>. Default: false.</summary>
    public bool TransposeA { get; init; }

    /// <summary>Reads the second input with its last two axes exchanged: <c>[n, k]</c>. Default: false.</summary>
    public bool TransposeB { get; init; }

    public override Arity Arity => Arity.Two;

    public override Footprint Footprint => Footprint.Inputs with { Format = NumberFormat.Precision };

    public override Effect Effect => Effect.Activates;

    public override AxisFlow AxisFlow => AxisFlow.Made;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        EditableAttributes.Switch("transpose_a", TransposeA, EditEffect.Features | EditEffect.Sizes | EditEffect.Order),
        EditableAttributes.Switch("transpose_b", TransposeB, EditEffect.Features | EditEffect.Sizes | EditEffect.Order),
    ];

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.RequireFloat())
            return null;
        var (a, b) = (context.Inputs[0], context.Inputs[1]);
        if (a.Rank != b.Rank || a.Rank < 3)
            return context.Error(
                Codes.LayerRank,
                $"matmul multiplies matrices, the last two axes of inputs with equally many, and {context.Layer.InputName(0)} is {a.Sizes} "
                    + $"and {context.Layer.InputName(1)} {b.Sizes}. Reshape one of them."
            );
        var (rows, inner) = Matrix(a, TransposeA);
        var (other, columns) = Matrix(b, TransposeB);
        if (!Meet(context, a.Dims[inner], b.Dims[other]))
            return null;
        var dims = a.Dims.ToArray();
        for (var position = 1; position < a.Rank - 2; position++)
        {
            if (!Stretches(context, position, a.Dims[position], b.Dims[position]))
                return null;
            dims[position] = a.Dims[position] == 1 ? b.Dims[position] : a.Dims[position];
        }

        (dims[^2], dims[^1]) = (a.Dims[rows], b.Dims[columns]);
        var axes = a.Axes.ToArray();
        (axes[^2], axes[^1]) = (a.Axes[rows], Axis.Other);
        axes[^1] =
            !axes.Contains(b.Axes[columns]) ? b.Axes[columns]
            : axes.Contains(Axis.Channels) ? Axis.Other
            : Axis.Channels;
        return new(dims, axes); // [N, …, m, k], [N, …, k, n] -> [N, …, m, n]
    }

    public override long? Macs(PlannedLayer layer) =>
        layer.Output.ElementsPerSample is { } numbers && layer.Input.Dims[Matrix(layer.Input, TransposeA).Column].Known is { } inner
            ? Saturating.Multiply(numbers, inner)
            : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (layer, output) = (onnx.Layer, onnx.Layer.Output);
        string[] factors = [Written(0, TransposeA), Written(1, TransposeB)];
        if (output.FeatureMovesFirst)
            onnx.Add("Transpose", [onnx.Part("MatMul", factors)], ("perm", Views.PositionsOf(output)));
        else
            onnx.Add("MatMul", factors);

        string Written(int input, bool transpose)
        {
            var order = Views.WrittenOrder(layer.InputShapes[input]);
            if (transpose)
                (order[^2], order[^1]) = (order[^1], order[^2]);
            return order.SequenceEqual(order.Order())
                ? onnx.Inputs[input]
                : onnx.Part("Transpose", [onnx.Inputs[input]], ("perm", order));
        }
    }

    /// <summary>Where rows and columns of the factor stand.</summary>
    private static (int Row, int Column) Matrix(Shape shape, bool transposed) =>
        transposed ? (shape.Rank - 1, shape.Rank - 2) : (shape.Rank - 2, shape.Rank - 1);

    private bool Meet(ShapeContext context, Dim left, Dim right)
    {
        var (a, b) = (context.Inputs[0], context.Inputs[1]);
        var values = new List<OtherValue>();
        Propose("transpose_b", !TransposeB, left, b.Dims[Matrix(b, !TransposeB).Row]);
        Propose("transpose_a", !TransposeA, a.Dims[Matrix(a, !TransposeA).Column], right);
        return context.Require(
            Codes.LayerShape,
            left.IsKnown && right.IsKnown && left != right ? new Wanted { Values = values } : null,
            $"the rows of {context.Layer.InputName(0)} have {left} numbers and the columns of {context.Layer.InputName(1)} {right}: "
                + $"{a.Sizes}{(TransposeA ? " transposed" : "")} and {b.Sizes}{(TransposeB ? " transposed" : "")}. Make them equal, or "
                + "transpose one.",
            Requirement.Equal(left, right)
        );

        void Propose(string attribute, bool value, Dim one, Dim other)
        {
            if (one == other)
                values.Add(new(attribute, value, value ? "It is read with its last two axes exchanged." : "It is read as it is written."));
        }
    }

    private static bool Stretches(ShapeContext context, int position, Dim left, Dim right) =>
        left == right
        || left == 1
        || right == 1
        || context.Require(
            Codes.LayerShape,
            $"dimension {position} is {left} in {context.Layer.InputName(0)} and {right} in {context.Layer.InputName(1)}, and before the "
                + "last two axes only a size of 1 stretches. Make them equal.",
            Requirement.Equal(left, right)
        );

    public static IEnumerable<Example> Examples =>
    [
        new("sequences", new MatMul { TransposeB = true }, [5, 6], [4, 6]) { InputAxes = [Axis.Time, Axis.Channels], SameAxes = true },
        new("scores by values", new MatMul(), [5, 4], [4, 6]) { InputAxes = [Axis.Time, Axis.Channels], SameAxes = true },
        new("channels by channels", new MatMul { TransposeB = true }, [3, 7], [4, 7]) { ChannelsFirstOnly = true },
        new("both transposed", new MatMul { TransposeA = true, TransposeB = true }, [3, 5], [4, 3]) { ChannelsFirstOnly = true },
        new("for each channel", new MatMul(), [2, 5, 4], [2, 4, 3]) { ChannelsFirstOnly = true },
        new("one for all channels", new MatMul { TransposeA = true }, [1, 4, 5], [3, 4, 2]) { ChannelsFirstOnly = true },
    ];
}
