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
    /// <summary>Probability that a sample skips the branch, 0 to 1; with rule linear that of the last branch.</summary>
    [Between(0, 1)]
    public required double P { get; init; }

    /// <summary>
    /// How the probability depends on the depth: uniform, or linear, where the first of L such layers of the network, counted in execution
    /// order and through all repetitions, gets p / L, the second 2·p / L, and the last p. Default: uniform.
    /// </summary>
    public DropRule Rule { get; init; }

    public override Footprint Footprint => Footprint.Nothing with { Format = NumberFormat.AsGiven };

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override bool IsRandom => P > 0;

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Identity");

    public static IEnumerable<Example> Examples =>
        [new("maps", new DropPath { P = 0.2 }, [3, 5, 4]), new("features", new DropPath { P = 0, Rule = DropRule.Linear }, [6])];
}

/// <summary>How the probability of a <c>drop_path</c> depends on its depth (Huang et al. 2016, section 3).</summary>
public enum DropRule
{
    /// <summary>Not at all.</summary>
    Uniform,

    /// <summary>The linear decay rule: the probability to survive falls linearly, from the first to the last.</summary>
    Linear,
}
