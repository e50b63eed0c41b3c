using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Softmax along an axis: positive numbers that sum to 1; log_softmax is its logarithm.</summary>
/// <remarks>Shapes: any, unchanged. Parameters and MACs: none. Sources: torch.nn.Softmax; ONNX Softmax-13, LogSoftmax-13.</remarks>
[Kind("softmax"), Kind("log_softmax")]
public sealed record Softmax : Operator
{
    /// <summary>The axis that sums to 1; not the batch. Default: channels, the feature axis.</summary>
    public AxisName Axis { get; init; } = Domain.Shapes.Axis.Channels;

    public override Footprint Footprint => Footprint.Output;

    public override Effect Effect => Kind == "softmax" ? Effect.Saturates : Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override Nonlinearity Nonlinearity =>
        Kind == "softmax" ? new(null, 0.25) { Gives = ScoreForm.Distribution } : new(null) { Gives = ScoreForm.LogDistribution };

    public override Shape? Infer(ShapeContext context) =>
        context.RequireFloat() && AxesOf.Position(context, Axis) is not null ? context.Input : null;

    public override void EmitOnnx(OnnxScope onnx) =>
        onnx.Add(Kind == "softmax" ? "Softmax" : "LogSoftmax", ("axis", (long)AxesOf.Index(onnx.Layer.Input, Axis)));

    public static IEnumerable<Example> Examples =>
    [
        new("softmax", new Softmax { Kind = "softmax" }, [7]),
        new("softmax over channels", new Softmax { Kind = "softmax" }, [4, 3, 5]),
        new("softmax over width", new Softmax { Kind = "softmax", Axis = Domain.Shapes.Axis.Width }, [4, 3, 5]),
        new("softmax by number", new Softmax { Kind = "softmax", Axis = new(default, -1) }, [4, 3]) { ChannelsFirstOnly = true },
        new("log_softmax", new Softmax { Kind = "log_softmax" }, [7]),
        new("log_softmax over time", new Softmax { Kind = "log_softmax", Axis = Domain.Shapes.Axis.Time }, [4, 6]),
    ];
}
