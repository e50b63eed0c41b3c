using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Element-wise functions without attributes.</summary>
/// <remarks>
/// Shapes: any, unchanged. <c>log</c> and <c>sqrt</c> of negative numbers and <c>reciprocal</c> of 0 are no numbers. Parameters and MACs:
/// none. Sources: torch.abs and its siblings; ONNX operators of the same names.
/// </remarks>
[Kind("abs"), Kind("exp"), Kind("log"), Kind("sqrt"), Kind("square"), Kind("reciprocal"), Kind("negative"), Kind("erf")]
public sealed record Unary : Operator
{
    private static readonly string[] Kinds = ["abs", "exp", "log", "sqrt", "square", "reciprocal", "negative", "erf"];

    public override Footprint Footprint => Kind switch
    {
        "negative" => Footprint.Nothing,
        "exp" or "sqrt" or "reciprocal" => Footprint.Output,
        _ => Footprint.Inputs,
    };

    public override Effect Effect => Kind == "negative" ? Effect.None : Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    // Initialization looks through them: none is what a layer before it is made for.
    public override Nonlinearity? Nonlinearity => Kind switch
    {
        "negative" => null,
        "abs" => new(null),
        "erf" => new(null, 2 / Math.Sqrt(Math.PI)),
        _ => new(null, double.PositiveInfinity),
    };

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        if (Kind == "square")
            onnx.Add("Mul", [onnx.Input, onnx.Input]);
        else
            onnx.Add(Kind == "negative" ? "Neg" : $"{char.ToUpperInvariant(Kind[0])}{Kind[1..]}");
    }

    public static IEnumerable<Example> Examples =>
        Kinds.SelectMany(kind => new Example[]
        {
            new($"{kind} of a map", new Unary { Kind = kind }, [3, 5, 4]) { ArePositive = kind is "log" or "sqrt" },
            new($"{kind} of features", new Unary { Kind = kind }, [7]) { ArePositive = kind is "log" or "sqrt" or "reciprocal" },
        });
}
