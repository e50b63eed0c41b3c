using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>ReLU with a learned slope for negative inputs, one for all channels or one each.</summary>
/// <remarks>
/// Shapes: <c>[N, C, …]</c>, unchanged. Parameters: weight <c>[num_parameters]</c>, from init. MACs: none. Sources: He et al. 2015;
/// torch.nn.PReLU; ONNX PRelu-16.
/// </remarks>
[Kind("prelu")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record PRelu : Operator
{
    /// <summary>Number of learned slopes: 1, or the number of channels. Default: 1.</summary>
    [Between(1)]
    public long NumParameters { get; init; } = 1;

    public override DeclaredWidth? Declared => NumParameters > 1 ? new("num_parameters", NumParameters) : null;

    /// <summary>Initial slope. Default: 0.25.</summary>
    public double Init { get; init; } = 0.25;

    public override Effect Effect => Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity Nonlinearity => Nonlinearity.Rectifier with { LargestSlope = Math.Max(1, Init) };

    public override Shape? Infer(ShapeContext context) =>
        NumParameters == 1
            ? context.RequireFloat()
                ? context.Input
                : null
            : context.RequireFloat() && context.HasFeatures(out _) && context.HasFeaturesFirst()
                ? context.Input
                : null;

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        [new("weight", [NumParameters], Initializer.Constant, Constant: Init)];

    public override void EmitOnnx(OnnxScope onnx)
    {
        var slope = onnx.Parameter("weight");
        if (NumParameters > 1 && onnx.Layer.Input.Rank > 2)
            // [C] -> [C, 1, 1]
            slope = onnx.Part(
                "Unsqueeze",
                [slope, onnx.Constant([.. Enumerable.Range(1, onnx.Layer.Input.Rank - 2).Select(i => (long)i)])]
            );
        onnx.Add("PRelu", [onnx.Input, slope]);
    }

    public static IEnumerable<Example> Examples =>
    [
        new("one slope", new PRelu(), [3, 5, 4]),
        new("a slope per channel", new PRelu { NumParameters = 3, Init = 0.1 }, [3, 5, 4]),
        new("a slope per feature", new PRelu { NumParameters = 7 }, [7]),
    ];
}
