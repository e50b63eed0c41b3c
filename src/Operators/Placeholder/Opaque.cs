using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>
/// Stands for what could not be read: everything around it is validated, drawn and diagnosed. A job and an export are refused with the
/// list of these layers.
/// </summary>
/// <remarks>
/// Shapes: any to <c>[N, …output_shape]</c>, or to the shape of another layer. Parameters: as many as it says. MACs: not known, and the
/// network's are not then. Sources: MATLAB's PlaceholderLayer.
/// </remarks>
[Kind("opaque")]
public sealed record Opaque : Operator
{
    /// <summary>What it was, in the words of the tool that it comes from: <c>Lambda</c>.</summary>
    public required string Of { get; init; }

    /// <summary>Sizes of what it gives without the batch, in the order of the spec's layout. Either this or <c>like</c>.</summary>
    [Between(1, int.MaxValue)]
    public Integers? OutputShape { get; init; }

    /// <summary>A layer or input whose shape it gives. Either this or <see cref="OutputShape"/>.</summary>
    [SpecName("like")]
    public LayerNames? LikeLayer { get; init; }

    /// <summary>What each dimension of output_shape means, by name. Default: the layout's order for the rank.</summary>
    public AxisLabels? Axes { get; init; }

    /// <summary>float32 or int64. Default: float32, or that of the layer that it is like.</summary>
    public DType? Dtype { get; init; }

    /// <summary>How many numbers it trains, for the counts. Default: 0.</summary>
    [Between(0, 1e10)]
    [SpecName("parameters")]
    public long ParametersToCount { get; init; }

    public override Arity Arity => Arity.AtLeast(1);

    public override (string Attribute, LayerNames Layers)? AlsoReads => LikeLayer is { } layer ? ("like", layer) : null;

    public override string? StandsFor => Of;

    public override Footprint Footprint => Footprint.Nothing;

    public override AxisFlow AxisFlow => AxisFlow.Made;

    public override long? Macs(PlannedLayer layer) => null;

    public override Shape? Infer(ShapeContext context)
    {
        if (LikeLayer is { Each.Count: not 1 } names)
            return context.Error(Codes.OutOfRange, $"like names {names.Each.Count} layers, {names}. Name the one whose shape it gives.");
        if ((LikeLayer is null) == (OutputShape is null))
            return context.Error(
                LikeLayer is null ? Codes.MissingField : Codes.OutOfRange,
                "takes either output_shape or like. Give one of them."
            );
        if (Shape(context) is not { } shape)
            return null;
        context.Report.Warning(
            Codes.ExportUnsupported,
            context.Layer.Path,
            $"{context.Layer.Name} stands for {Of}: everything around it is checked, but a job or an export is refused until layers that "
                + $"compute take its place.",
            context.Layer.Name
        );
        return Dtype is { } dtype ? shape.With(dtype) : shape;
    }

    private Shape? Shape(ShapeContext context)
    {
        if (OutputShape is not { } given)
            return context.Inputs[^1];
        var sizes = given.ToArray();
        if (sizes.Length > Domain.Shapes.Axes.MaxRank)
            return context.Error(
                Codes.OutOfRange,
                $"output_shape lists {sizes.Length} sizes; at most {Domain.Shapes.Axes.MaxRank} are accepted."
            );
        if (Axes is { } names && names.Each.Count != sizes.Length)
            return context.Error(
                Codes.OutOfRange,
                $"axes is {names}, {names.Each.Count} of them, and output_shape is {given}. Name one axis for each of its {sizes.Length} "
                    + $"sizes."
            );
        return new(
            [Dim.Batch, .. sizes.Select(size => (Dim)size)],
            Axes is { } labels
                ? [Axis.Batch, .. labels.Each]
                : Domain.Shapes.Axes.Default(sizes.Length, context.Layout, Dtype ?? DType.Float32)
        );                                                                                       // -> [N, …output_shape]
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer) =>
        ParametersToCount > 0 ? [new("opaque", [ParametersToCount], Initializer.Zeros)] : [];

    public override void EmitOnnx(OnnxScope onnx) => throw new InvalidOperationException($"{onnx.Layer.Name} stands for {Of}.");

    /// <summary>None: there is nothing to compute.</summary>
    public static IEnumerable<Example> Examples => [];
}
