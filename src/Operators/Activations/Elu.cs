using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>ELU: alpha·(exp(x) − 1) below 0, x above.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: Clevert et al. 2016; torch.nn.ELU; ONNX Elu-6.</remarks>
[Kind("elu")]
[Accepts(nameof(Accepted.Inplace))]
public sealed record Elu : Operator
{
    /// <summary>The negative limit of the output, negated. Default: 1.</summary>
    public double Alpha { get; init; } = 1;

    public override Effect Effect => Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity Nonlinearity => Nonlinearity.Rectifier with { LargestSlope = Math.Max(1, Alpha) };

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("Elu", ("alpha", Alpha));

    public static IEnumerable<Example> Examples =>
    [
        new("default", new Elu(), [3, 5, 4]),
        new("alpha", new Elu { Alpha = 0.5 }, [7]),
    ];
}
