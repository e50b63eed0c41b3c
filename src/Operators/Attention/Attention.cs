using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>
/// Scaled dot-product attention of its inputs, queries, keys, values and an optional bias, as they come: softmax(q·k·scale + bias)·v,
/// without projections.
/// </summary>
/// <remarks>
/// Shapes: queries <c>[N, …, T, E]</c>, keys <c>[N, …, S, E]</c> and values <c>[N, …, S, V]</c> give <c>[N, …, T, V]</c>; what stands
/// before the last two axes, such as windows, is equal in all. The bias is added to the scores: <c>[N, T, S]</c>, or <c>[N, heads, T,
/// S]</c> for one of each head, where a size of 1 stretches. Parameters: none. MACs: T·S·E + T·S·V.
/// Sources: Vaswani et al. 2017, section 3.2.1; torch.nn.functional.scaled_dot_product_attention; ONNX MatMul-13, Softmax-13.
/// </remarks>
[Kind("attention")]
public sealed record Attention : Operator
{
    /// <summary>Number of heads, at least 1; the features of queries and of values must be multiples of it. Default: 1.</summary>
    [Between(1)]
    public long NumHeads { get; init; } = 1;

    /// <summary>What the scores are multiplied with. Default: 1 / √(features of a head).</summary>
    public double? Scale { get; init; }

    public override Arity Arity => new(3, 4);

    // libtorch's fused form holds no scores; a bias that is trained makes it hold them, which no number of the output tells.
    public override Footprint Footprint => Footprint.Inputs with { HoldsOutput = true, BytesPerNumber = 4 };

    public override Effect Effect => Effect.Activates;

    public override AxisFlow AxisFlow => AxisFlow.Kept;

    public override Shape? Infer(ShapeContext context)
    {
        if (!AreSequences(context))
            return null;
        var (queries, keys, values) = (context.Inputs[0], context.Inputs[1], context.Inputs[2]);
        if (!context.HasFeatures(out var features))
            return null;
        if (keys[Axis.Channels] != features)
            return context.Error(
                Codes.LayerShape,
                $"the queries {context.Layer.InputName(0)} have {features} features and the keys {context.Layer.InputName(1)} "
                    + $"{keys[Axis.Channels]}. Bring them to one width by a linear layer.",
                new Wanted { Input = 1, Width = features }
            );
        if (!HeadsDivide(context, 0, features) || values[Axis.Channels].Known is not { } width || !HeadsDivide(context, 2, width))
            return null;
        return
            context.Require(
                Codes.LayerShape,
                $"there are {keys.Dims[^2]} keys and {values.Dims[^2]} values. Give as many of one as of the other.",
                Requirement.Equal(keys.Dims[^2], values.Dims[^2])
            )
            && (context.Inputs.Length == 3 || IsBias(context, queries, keys))
            ? queries.With(Axis.Channels, width) // [N, T, E], [N, S, E], [N, S, V] -> [N, T, V]
            : null;
    }

    public override long? Macs(PlannedLayer layer)
    {
        var keys = layer.InputShapes[1].Dims[^2].Known;
        return layer.Input.ElementsPerSample is { } numbers && layer.Output.ElementsPerSample is { } outputs && keys is not null
            ? Saturating.Multiply(Saturating.Add(numbers, outputs), keys.Value)
            : null;
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (layer, output) = (onnx.Layer, onnx.Layer.Output);
        var scaled = onnx.Part("Mul", [Heads(0, false), onnx.Scalar(ScaleOf(layer))]);
        var scores = onnx.Part("MatMul", [scaled, Heads(1, true)]);                              // [N, …, heads, T, S]
        if (layer.Inputs.Length == 4)
            scores = onnx.Part("Add", [scores, Bias()]);
        var taken = onnx.Part("MatMul", [onnx.Part("Softmax", [scores], ("axis", -1L)), Heads(2, false)]);
        var joined = Joined(taken);
        if (output.FeatureMovesFirst)
            onnx.Add("Transpose", [joined], ("perm", Views.PositionsOf(output)));
        else
            onnx.Add("Identity", [joined]);

        // [N, …, T, E] -> [N, …, heads, T, d], or [N, …, heads, d, T]
        string Heads(int input, bool transposed)
        {
            var shape = layer.InputShapes[input];
            var x = Written(onnx.Inputs[input], shape);
            var rank = shape.Rank;
            if (NumHeads == 1)
                return transposed ? Swapped(x, rank, rank - 2, rank - 1) : x;
            var apart = onnx.Part(
                "Reshape",
                [x, onnx.Constant([.. Enumerable.Repeat(0L, rank - 1), NumHeads, shape[Axis.Channels].Value / NumHeads])]
            );
            var (row, column) = transposed ? (rank, rank - 2) : (rank - 2, rank);
            long[] order = [.. Enumerable.Range(0, rank - 2).Select(i => (long)i), rank - 1, row, column];
            return onnx.Part("Transpose", [apart], ("perm", order));
        }

        string Joined(string x)
        {
            if (NumHeads == 1)
                return x;
            var together = Swapped(x, output.Rank + 1, output.Rank - 2, output.Rank - 1);        // [N, …, T, heads, d]
            return onnx.Part(
                "Reshape",
                [together, onnx.Constant([.. Enumerable.Repeat(0L, output.Rank - 1), output[Axis.Channels].Value])]
            );
        }

        string Bias()
        {
            var shape = layer.InputShapes[3];
            var x = Written(onnx.Inputs[3], shape);
            return NumHeads > 1 && shape.Rank == layer.Input.Rank ? onnx.Part("Unsqueeze", [x, onnx.Constant(shape.Rank - 2)]) : x;
        }

        string Written(string x, Shape shape) =>
            shape.FeatureMovesFirst ? onnx.Part("Transpose", [x], ("perm", Views.WrittenOrder(shape))) : x;

        string Swapped(string x, int rank, int a, int b)
        {
            long[] order = [.. Enumerable.Range(0, rank).Select(i => (long)(i == a ? b : i == b ? a : i))];
            return onnx.Part("Transpose", [x], ("perm", order));
        }
    }

    internal double ScaleOf(PlannedLayer layer) => Scale ?? (1 / Math.Sqrt(layer.Input[Axis.Channels].Value / (double)NumHeads));

    private static bool AreSequences(ShapeContext context)
    {
        var queries = context.Input;
        for (var i = 0; i < 3; i++)
        {
            var shape = context.Inputs[i];
            if (queries.Rank == 3 ? !Sequences.IsSequence(context, i) : !IsLike(context, i, queries, shape))
                return false;
        }

        return true;
    }

    /// <summary>Whether an input has its features last and is as the queries are before the last two axes; reports why not.</summary>
    private static bool IsLike(ShapeContext context, int input, Shape queries, Shape shape)
    {
        if (!context.RequireFloat())
            return false;
        var name = context.Layer.InputName(input);
        if (shape.Rank < 3 || shape.Rank != queries.Rank)
            context.Error(
                Codes.LayerRank,
                $"attention works on [time, features], with the same axes before them in queries, keys and values, and {name} is "
                    + $"{shape.Sizes} beside {queries.Sizes}. Reshape it.",
                shape.Rank < 3 ? new Wanted { Input = input, Axes = [Axis.Batch, Axis.Time, Axis.Channels] } : null
            );
        else if (shape.Axes[^1] != Axis.Channels)
            context.Error(
                Codes.LayerAxes,
                $"attention reads the features from the last axis and its input {name} is [{ShapeContext.Names(shape.Axes)}], "
                    + $"{shape.Sizes}. Put a permute before it."
            );
        else
            return context.Require(
                Codes.LayerShape,
                $"{name} is {shape.Sizes} and the queries are {queries.Sizes}; what stands before the last two axes must be equal.",
                [.. Enumerable.Range(1, shape.Rank - 3).Select(i => Requirement.Equal(shape.Dims[i], queries.Dims[i]))]
            );
        return false;
    }

    private bool HeadsDivide(ShapeContext context, int input, long features)
    {
        if (features % NumHeads == 0)
            return true;
        context.Error(
            Codes.NotDivisible,
            $"num_heads is {NumHeads}, and the {features} features of {context.Layer.InputName(input)} must be a multiple of it.",
            new Wanted { Input = input, MultipleOf = NumHeads, Values = [.. Divisors.Of("num_heads", NumHeads, features, "head")] }
        );
        return false;
    }

    /// <summary>Whether the bias stretches to the scores; reports why not.</summary>
    private bool IsBias(ShapeContext context, Shape queries, Shape keys)
    {
        var bias = context.Inputs[3];
        Dim[] scores = [.. queries.Dims.Take(queries.Rank - 2), NumHeads, queries.Dims[^2], keys.Dims[^2]];
        if (bias.Rank == queries.Rank)
            scores = [.. scores.Where((_, i) => i != queries.Rank - 2)];
        var met = $"the bias {context.Layer.InputName(3)} is {bias.Sizes} and the scores are {string.Join('x', scores.Skip(1))}";
        if (bias.Rank != scores.Length)
        {
            context.Error(Codes.LayerRank, $"{met}. Give it their dimensions, or those without the heads.");
            return false;
        }

        return context.RequireFloat()
            && context.Require(
                Codes.LayerShape,
                $"{met}, and only a size of 1 stretches to another. Make it fit.",
                [
                    .. Enumerable
                        .Range(1, scores.Length - 1)
                        .Where(i => bias.Dims[i] != 1)
                        .Select(i => Requirement.Equal(bias.Dims[i], scores[i])),
                ]
            );
    }

    public static IEnumerable<Example> Examples =>
    [
        Sequence("one head", new Attention(), [5, 6], [4, 6], [4, 3]),
        Sequence("heads", new Attention { NumHeads = 2 }, [5, 6], [4, 6], [4, 8]),
        Sequence("a scale of its own", new Attention { NumHeads = 3, Scale = 0.25 }, [5, 6], [5, 6], [5, 6]),
        Sequence("a bias", new Attention { NumHeads = 2 }, [5, 6], [4, 6], [4, 6], [5, 4]),
        new("windows, a bias for each head", new Attention { NumHeads = 2 }, [3, 5, 6], [3, 4, 6], [3, 4, 8], [3, 2, 5, 4])
        {
            InputAxes = [Axis.Height, Axis.Time, Axis.Channels],
            SameAxes = true,
            ChannelsFirstOnly = true,
        },
        new("a bias that stretches", new Attention { NumHeads = 3 }, [5, 6], [4, 6], [4, 6], [1, 1, 4])
        {
            InputAxes = [Axis.Time, Axis.Channels],
            SameAxes = true,
            ChannelsFirstOnly = true,
        },
    ];

    private static Example Sequence(string name, Attention op, params long[][] inputs) =>
        new(name, op, inputs) { InputAxes = [Axis.Time, Axis.Channels], SameAxes = true };
}
