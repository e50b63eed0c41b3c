using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Raises every number to a given power.</summary>
/// <remarks>
/// Shapes: any, unchanged. A negative number to a power that is not whole, and 0 to a negative one, are no numbers. Parameters and MACs:
/// none. Sources: torch.pow; ONNX Pow-15.
/// </remarks>
[Kind("pow")]
public sealed record Power : Operator
{
    /// <summary>The exponent: 2 squares, 0.5 is the square root.</summary>
    public required double Exponent { get; init; }

    public override Effect Effect => Exponent == 1 ? Effect.None : Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity? Nonlinearity => Exponent == 1 ? null : new(null, double.PositiveInfinity);

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Pow", [onnx.Input, onnx.Scalar(Exponent)]);

    public static IEnumerable<Example> Examples =>
    [
        new("cubes", new Power { Exponent = 3 }, [3, 5, 4]),
        new("a root", new Power { Exponent = 0.25 }, [3, 6]) { ArePositive = true },
        new("below 0", new Power { Exponent = -1.5 }, [7]) { ArePositive = true },
    ];
}
