using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Operators;

/// <summary>Element-wise sum, difference, product, quotient, mean, maximum or minimum of its inputs.</summary>
/// <remarks>
/// Shapes: inputs of equal rank; a size of 1 is broadcast (<c>[N, C, H, W]</c> and <c>[N, C, 1, 1]</c> give <c>[N, C, H, W]</c>), never the
/// batch. <c>subtract</c> takes the first minus all others, <c>divide</c> the first by all others. Parameters and MACs: none. Sources:
/// torch.add and its siblings; ONNX Add-14, Div-14, Mean-13, Max-13.
/// </remarks>
[Kind("add"), Kind("subtract"), Kind("multiply"), Kind("divide"), Kind("average"), Kind("maximum"), Kind("minimum")]
public sealed record Elementwise : Operator, IMerge
{
    public override Arity Arity => Arity.AtLeast(1);

    public Code Degenerate => Codes.MergeDegenerate;

    public override Footprint Footprint => (Kind switch
    {
        "add" => Footprint.PassesGradient,
        "subtract" or "average" => Footprint.Nothing,
        _ => Footprint.Inputs,
    }) with
    { Format = NumberFormat.AsGiven };

    public override Effect Effect => Kind is "multiply" or "divide" or "maximum" or "minimum" ? Effect.Activates : Effect.None;

    public AxisName? JoinedAxis => null;

    public Combination Combination => Kind switch
    {
        "add" => Combination.Sum,
        "average" => Combination.Mean,
        "multiply" => Combination.Product,
        _ => Combination.Other,
    };

    public string? FusedBy => null;

    public override FeatureFlow FeatureFlow => Kind is "multiply" or "divide" ? FeatureFlow.Kept : FeatureFlow.Other;

    public override Shape? Infer(ShapeContext context)
    {
        var inputs = context.Inputs;
        var first = inputs[0];
        var (sameRank, sameDType, sameAxes) = (true, true, true);
        foreach (var input in inputs)
            (sameRank, sameDType, sameAxes) = (
                sameRank && input.Rank == first.Rank,
                sameDType && input.DType == first.DType,
                sameAxes && input.SameAxes(first)
            );
        if (!sameRank)
            return Mismatches.Report(context, null, [], Codes.MergeRank);
        var dims = first.Dims.ToArray();
        var differing = Stretch(inputs, dims);
        if (
            differing.Count > 0
            && !Mismatches.Meet(
                context,
                null,
                differing,
                Codes.MergeShape,
                dims,
                (a, b) => Requirement.Equal(a, b).Or(Requirement.Equal(a, 1)).Or(Requirement.Equal(b, 1))
            )
        )
            return null;
        if (!sameDType)
            return Mismatches.Report(context, null, [], Codes.MergeDType);
        if (!sameAxes)
            return Mismatches.Report(context, null, [], Codes.MergeShape);
        if (Kind is "average" or "divide" && !context.RequireFloat())
            return null;
        return first.With(dims); // [N, C, H, W], [N, C, 1, 1] -> [N, C, H, W]
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var opType = Kind switch
        {
            "add" => "Add",
            "subtract" => "Sub",
            "multiply" => "Mul",
            "divide" => "Div",
            "average" => "Mean",
            "maximum" => "Max",
            _ => "Min",
        };
        if (Kind is "average" or "maximum" or "minimum")
        {
            onnx.Add(opType);                                                                    // these take any number of inputs
            return;
        }

        var joined = onnx.Inputs[0];
        for (var i = 1; i < onnx.Inputs.Count - 1; i++)
            joined = onnx.Part(opType, [joined, onnx.Inputs[i]]);
        if (onnx.Inputs.Count == 1)
            onnx.Add("Identity");
        else
            onnx.Add(opType, [joined, onnx.Inputs[^1]]);
    }

    public string Repeated(int input, string sizes) => Kind switch
    {
        "add" => "it counts twice",
        "subtract" when input == 0 => "it is taken from itself, which gives zeros",
        "multiply" => "it is squared",
        "divide" when input == 0 => "it is divided by itself, which gives ones",
        "divide" => "it divides twice",
        "average" => "it weighs twice",
        _ => "once would give the same",
    };

    /// <summary>Widens <paramref name="dims"/> to what all inputs fit; returns the positions at which they do not.</summary>
    private static List<int> Stretch(Shape[] inputs, Dim[] dims)
    {
        var differing = new List<int>();
        for (var position = 1; position < dims.Length; position++)
        {
            foreach (var input in inputs)
            {
                var size = input.Dims[position];
                if (dims[position] == 1)
                    dims[position] = size;
                if (size != 1 && size != dims[position])
                {
                    differing.Add(position);
                    break;
                }
            }
        }

        return differing;
    }

    public static IEnumerable<Example> Examples =>
    [
            .. new[] { "add", "subtract", "multiply", "divide", "average", "maximum", "minimum" }.Select(kind => new Example(
                $"{kind}, three inputs",
                new Elementwise { Kind = kind },
                [3, 5, 4],
                [3, 5, 4],
                [3, 5, 4]
            )),
        new("a skip", new Elementwise { Kind = "add" }, [4, 6, 6], [4, 6, 6]),
        new("a gate per channel", new Elementwise { Kind = "multiply" }, [4, 6, 5], [4, 1, 1]),
        new("a gate per place", new Elementwise { Kind = "multiply" }, [1, 6, 5], [4, 6, 5]),
        new("by a size for each channel", new Elementwise { Kind = "divide" }, [4, 6, 5], [4, 1, 1]),
        new("both stretch", new Elementwise { Kind = "maximum" }, [4, 1, 5], [1, 6, 5]),
        new("sequences", new Elementwise { Kind = "add" }, [4, 7], [4, 1]),
        new("features", new Elementwise { Kind = "subtract" }, [7], [7]),
        new("one input", new Elementwise { Kind = "add" }, [3, 4, 4]),
    ];
}
