using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>The mean or maximum over the channels at each position.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, 1, H, W]</c>. Parameters and MACs: none. Sources: Woo et al. 2018, section 3; ONNX
/// ReduceMean-13.
/// </remarks>
[Kind("channel_mean"), Kind("channel_max")]
public sealed record ChannelPool : Operator
{
    public override Footprint Footprint => Kind == "channel_mean" ? Footprint.Nothing : Footprint.Inputs with { HoldsOutput = true };

    public override AxisFlow AxisFlow => AxisFlow.Reduced;

    public override Shape? Infer(ShapeContext context) =>
        context.RequireFloat() && context.HasFeatures(out _) ? context.Input.With(Axis.Channels, 1) : null;

    public override void EmitOnnx(OnnxScope onnx) =>
        onnx.Add(
            Kind == "channel_mean" ? "ReduceMean" : "ReduceMax",
            ("axes", new[] { (long)onnx.Layer.Input.Index(Axis.Channels) }),
            ("keepdims", 1L)
        );

    public static IEnumerable<Example> Examples =>
    [
        new("mean", new ChannelPool { Kind = "channel_mean" }, [4, 5, 3]),
        new("max", new ChannelPool { Kind = "channel_max" }, [4, 5, 3]),
        new("max of a sequence", new ChannelPool { Kind = "channel_max" }, [4, 5]),
    ];
}
