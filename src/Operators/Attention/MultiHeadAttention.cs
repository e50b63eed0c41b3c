using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>
/// Multi-head attention: self-attention with one input; with two, queries and a sequence to attend to; with three, queries, keys and
/// values.
/// </summary>
/// <remarks>
/// Shapes: <c>[N, T, E]</c>, and as second and third <c>[N, S, E]</c>, give <c>[N, T, E]</c>. Parameters: in_proj_weight <c>[3E, E]</c>,
/// in_proj_bias <c>[3E]</c>, out_proj.weight <c>[E, E]</c>, out_proj.bias <c>[E]</c>. MACs: 2·T·E² + 2·S·E² for the projections, 2·T·S·E
/// for the products.
/// Sources: Vaswani et al. 2017; torch.nn.MultiheadAttention; ONNX MatMul-13, Softmax-13.
/// </remarks>
[Kind("multi_head_attention")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record MultiHeadAttention : Operator
{
    /// <summary>Number of heads, at least 1; the number of features must be a multiple of it.</summary>
    [Between(1)]
    public required long NumHeads { get; init; }

    /// <summary>Adds learned biases. Default: true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>Probability that an attention weight is zeroed in training. Default: 0.</summary>
    [Between(0, 1)]
    public double Dropout { get; init; }

    public override bool IsRandom => Dropout > 0;

    /// <summary>The features that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? EmbedDim { get; init; }

    public override DeclaredWidth? Declared => DeclaredWidth.Of("embed_dim", EmbedDim);

    public override Arity Arity => new(1, 3);

    // Queries, keys, values, what was taken, and the copy that the last product reads.
    public override Footprint Footprint => Footprint.Inputs with { BytesPerNumber = 5 * 4 };

    public override Effect Effect => Effect.Weighs | Effect.Activates;

    public override Shape? Infer(ShapeContext context)
    {
        for (var i = 0; i < context.Inputs.Length; i++)
        {
            if (!Sequences.IsSequence(context, i))
                return null;
        }

        if (!context.HasFeatures(out var features))
            return null;
        if (features % NumHeads != 0)
            return context.Error(
                Codes.NotDivisible,
                $"num_heads is {NumHeads}, and the {features} features that arrive must be a multiple of it.",
                new Wanted { MultipleOf = NumHeads, Values = [.. Divisors.Of("num_heads", NumHeads, features, "head")] }
            );
        if (Array.FindIndex(context.Inputs, input => input[Axis.Channels] != features) is > 0 and var other)
            return context.Error(
                Codes.LayerShape,
                $"{context.Layer.InputName(0)} has {features} features and {context.Layer.InputName(other)} "
                    + $"{context.Inputs[other][Axis.Channels]}. Bring them to one width by a linear layer.",
                new Wanted { Input = other, Width = features }
            );
        return
            context.Inputs is not [_, var keys, var values]
            || context.Require(
                Codes.LayerShape,
                $"there are {keys[Axis.Time]} keys and {values[Axis.Time]} values. Give as many of one as of the other.",
                Requirement.Equal(keys[Axis.Time], values[Axis.Time])
            )
            ? context.Input // [N, T, E], [N, S, E] -> [N, T, E]
            : null;
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer)
    {
        var features = layer.Input[Axis.Channels].Value;
        yield return new("in_proj_weight", [3 * features, features], Initializer.Weight, FanIn: features);
        if (Bias)
            yield return new("in_proj_bias", [3 * features], Initializer.Zeros);
        yield return new("out_proj.weight", [features, features], Initializer.Weight, FanIn: features);
        if (Bias)
            yield return new("out_proj.bias", [features], Initializer.Zeros);
    }

    public override long? Macs(PlannedLayer layer)
    {
        if (layer.Input[Axis.Time].Known is not { } steps || layer.InputShapes[^1][Axis.Time].Known is not { } keys)
            return null;
        var features = layer.Input[Axis.Channels].Value;
        return Saturating.Add(
            Saturating.Multiply(2 * features * features, Saturating.Add(steps, keys)),
            Saturating.Multiply(2 * features, Saturating.Multiply(steps, keys))
        );
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var features = onnx.Layer.Input[Axis.Channels].Value;
        var queries = Heads(0, onnx.Inputs[0], [0, 2, 1, 3]);                                    // [N, heads, T, d]
        var keys = Heads(1, onnx.Inputs[Math.Min(1, onnx.Inputs.Count - 1)], [0, 2, 3, 1]);      // [N, heads, d, S]
        var values = Heads(2, onnx.Inputs[^1], [0, 2, 1, 3]);                                    // [N, heads, S, d]
        var scaled = onnx.Part("Mul", [queries, onnx.Scalar(1 / Math.Sqrt(features / (double)NumHeads))]);
        var weights = onnx.Part("Softmax", [onnx.Part("MatMul", [scaled, keys])], ("axis", -1L));
        var taken = onnx.Part("Transpose", [onnx.Part("MatMul", [weights, values])], ("perm", new long[] { 0, 2, 1, 3 }));
        var joined = onnx.Part("Reshape", [taken, onnx.Constant(0, 0, features)]); // [N, T, E]
        var output = onnx.Part(
            "MatMul",
            [joined, onnx.Part("Transpose", [onnx.Parameter("out_proj.weight")], ("perm", new long[] { 1, 0 }))]
        );
        if (Bias)
            output = onnx.Part("Add", [output, onnx.Parameter("out_proj.bias")]);
        onnx.Add("Transpose", [output], ("perm", new long[] { 0, 2, 1 }));

        string Heads(long which, string x, long[] order)
        {
            string[] rows = [onnx.Constant(which * features), onnx.Constant((which + 1) * features), onnx.Constant(0)];
            var weight = onnx.Part(
                "Transpose",
                [onnx.Part("Slice", [onnx.Parameter("in_proj_weight"), .. rows])],
                ("perm", new long[] { 1, 0 })
            );
            var projected = onnx.Part("MatMul", [onnx.Part("Transpose", [x], ("perm", new long[] { 0, 2, 1 })), weight]);
            if (Bias)
                projected = onnx.Part("Add", [projected, onnx.Part("Slice", [onnx.Parameter("in_proj_bias"), .. rows])]);
            return onnx.Part(
                "Transpose",
                [onnx.Part("Reshape", [projected, onnx.Constant(0, 0, NumHeads, features / NumHeads)])],
                ("perm", order)
            );
        }
    }

    public static IEnumerable<Example> Examples =>
    [
        new("to itself", new MultiHeadAttention { NumHeads = 2 }, [5, 6]) { InputAxes = [Axis.Time, Axis.Channels] },
        new("declared", new MultiHeadAttention { NumHeads = 3, EmbedDim = 6 }, [5, 6]) { InputAxes = [Axis.Time, Axis.Channels] },
            new("one head, no bias", new MultiHeadAttention { NumHeads = 1, Bias = false }, [5, 6])
            {
                InputAxes = [Axis.Time, Axis.Channels],
            },
            new("to another sequence", new MultiHeadAttention { NumHeads = 3 }, [5, 6], [4, 6])
            {
                InputAxes = [Axis.Time, Axis.Channels],
                SameAxes = true,
            },
            new("to keys with values", new MultiHeadAttention { NumHeads = 2 }, [5, 6], [4, 6], [4, 6])
            {
                InputAxes = [Axis.Time, Axis.Channels],
                SameAxes = true,
            },
    ];
}
