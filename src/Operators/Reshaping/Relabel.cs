using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>
/// Reads the same numbers, position by position, as if they were written in the other layout: what <c>data_format</c> on a layer does to
/// its inputs and outputs.
/// </summary>
/// <remarks>
/// Shapes: sizes unchanged, <c>[channels, height, width]</c> read as <c>[height, width, channels]</c>; inputs in another order than
/// <c>From</c>'s stay. One output for each input. Parameters and MACs: none. Specs cannot name it: the planner puts it around such a layer.
/// </remarks>
public sealed record Relabel : Operator
{
    [SpecIgnore]
    public Layout From { get; init; }

    [SpecIgnore]
    public Layout To { get; init; }

    public override Arity Arity => Arity.AtLeast(1);

    public override AxisFlow AxisFlow => AxisFlow.Relabeled;

    public override Shape[]? InferAll(ShapeContext context) => [.. context.Inputs.Select(Read)];

    public override void EmitOnnx(OnnxScope onnx)
    {
        for (var port = 0; port < onnx.Inputs.Count; port++)
            onnx.AddPort(port, "Transpose", [onnx.Inputs[port]], ("perm", Order(onnx.Layer, port)));
    }

    /// <summary>The order in which the tensor's own dimensions are read.</summary>
    internal static long[] Order(PlannedLayer layer, int port) =>
        Views.Permutation(layer.InputShapes[port], layer.Outputs[port], position => position);

    private Shape Read(Shape shape) =>
        shape.Axes.SequenceEqual(Axes.Default(shape.Rank - 1, From, shape.DType))
            ? new([.. shape.Dims], Axes.Default(shape.Rank - 1, To, shape.DType), shape.DType)
            : shape;
}
