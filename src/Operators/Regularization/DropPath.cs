using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>
/// Stochastic depth: in training, zeroes whole samples at random and scales the rest by 1 / (1 − p); nothing in evaluation. For the end of
/// a residual branch.
/// </summary>
/// <remarks>
/// Shapes: any, unchanged. Parameters and MACs: none. Sources: Huang et al. 2016; torchvision.ops.StochasticDepth in mode "row"; ONNX
/// Identity.
/// </remarks>
[Kind("drop_path")]
public sealed record DropPath : Operator
{
    /// <summary>Probability that a sample skips the branch, 0 to 1.</summary>
    [Between(0, 1)]
    public required double P { get; init; }

    public override Footprint Footprint => Footprint.Nothing with { Format = NumberFormat.AsGiven };

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Identity");

    public static IEnumerable<Example> Examples =>
        [new("maps", new DropPath { P = 0.2 }, [3, 5, 4]), new("features", new DropPath { P = 0 }, [6])];
}
