using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Leaky ReLU: negative inputs times a small slope.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.nn.LeakyReLU; ONNX LeakyRelu-16.</remarks>
[Kind("leaky_relu")]
[Accepts(nameof(Accepted.Inplace))]
public sealed record LeakyRelu : Operator
{
    /// <summary>The slope below 0. Default: 0.01.</summary>
    public double NegativeSlope { get; init; } = 0.01;

    public override Effect Effect => Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity Nonlinearity => Nonlinearity.Rectifier with { LargestSlope = Math.Max(1, NegativeSlope) };

    public override Shape? Infer(ShapeContext context) => context.RequireFloat() ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx) => onnx.Add("LeakyRelu", ("alpha", NegativeSlope));

    public static IEnumerable<Example> Examples =>
    [
        new("default", new LeakyRelu(), [3, 5, 4]),
        new("slope", new LeakyRelu { NegativeSlope = 0.3 }, [7]),
    ];
}
