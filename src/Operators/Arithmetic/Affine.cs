using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Multiplies every number by a given one and adds another: x·scale + shift.</summary>
/// <remarks>
/// Shapes: any, unchanged. Parameters and MACs: none; a scale for each channel is a <c>parameter</c> with <c>multiply</c>. Sources:
/// torch.mul, torch.add; ONNX Mul-14, Add-14.
/// </remarks>
[Kind("affine")]
public sealed record Affine : Operator
{
    /// <summary>Multiplies. Default: 1.</summary>
    public double Scale { get; init; } = 1;

    /// <summary>Is added. Default: 0.</summary>
    public double Shift { get; init; }

    public override Footprint Footprint => Footprint.Nothing with { Format = NumberFormat.AsGiven };

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx) =>
        onnx.Add("Add", [onnx.Part("Mul", [onnx.Input, onnx.Scalar(Scale)]), onnx.Scalar(Shift)]);

    public static IEnumerable<Example> Examples =>
    [
        new("both", new Affine { Scale = -1.5, Shift = 0.25 }, [3, 5, 4]),
        new("scale", new Affine { Scale = 0.125 }, [7]),
        new("shift", new Affine { Shift = -2 }, [3, 6]),
    ];
}
