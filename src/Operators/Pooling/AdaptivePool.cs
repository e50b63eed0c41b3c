using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Pools to a given size: output element i covers the input from ⌊i·H / size⌋ to ⌈(i + 1)·H / size⌉.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C, output_size, …]</c>. Parameters and MACs: none. Sources: torch.nn.AdaptiveAvgPool2d; ONNX
/// has no such operator: it becomes a plain pooling where the windows are equal, slices and reductions where they are not, and has no form
/// for symbolic sizes.
/// </remarks>
[
    Kind("adaptive_avg_pool1d"),
    Kind("adaptive_avg_pool2d"),
    Kind("adaptive_avg_pool3d"),
    Kind("adaptive_max_pool1d"),
    Kind("adaptive_max_pool2d"),
    Kind("adaptive_max_pool3d")
]
public sealed record AdaptivePool : Operator
{
    /// <summary>The output size: one number, or one for each spatial dimension. At least 1.</summary>
    [Between(1)]
    public required Extent OutputSize { get; init; }

    [SpecIgnore]
    public int SpatialRank => Twins.RankOf(Kind);

    [SpecIgnore]
    public bool IsMax => Kind.StartsWith("adaptive_max", StringComparison.Ordinal);

    public override Footprint Footprint => Footprint.Inputs with { Format = NumberFormat.AsGiven, BytesPerNumber = IsMax ? 8 : 0 };

    public override Effect Effect => Kind.StartsWith("adaptive_max", StringComparison.Ordinal) ? Effect.Activates : Effect.None;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    protected override IEnumerable<EditableAttribute> OwnEdits => [EditableAttributes.Size("output_size")];

    public override Shape? Infer(ShapeContext context)
    {
        if (!context.IsDefaultOrder(SpatialRank) || !Windows.HasOneEach(context, SpatialRank, "output_size", OutputSize))
            return null;
        var output = context.Input;
        var dimension = 0;
        foreach (var axis in context.Input.SpatialAxes)
        {
            var size = OutputSize[dimension++];
            if (size > 1 && !context.Input[axis].IsKnown)
                context.Report.Warning(
                    Codes.ExportUnsupported,
                    context.Layer.Path,
                    $"{context.Layer.Name}: {Kind} to {size} has no ONNX form for the {axis.Name()} {context.Input[axis]}. Give the size "
                        + $"as a number, or pool to 1.",
                    context.Layer.Name
                );
            output = output.With(axis, size);
        }

        return output;                                                                           // [N, C, H, W] -> [N, C, size, size]
    }

    public override Rescaling RescalingOf(Axis axis, PlannedLayer layer) =>
        axis.IsSpatial() && layer.Input[axis].Known is { } size ? new(layer.Output[axis].Value, size, 0) : Rescaling.None;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var axes = onnx.Layer.Input.SpatialAxes.ToArray();
        var sizes = OutputSize.ToArray(SpatialRank);
        if (axes.Select((axis, i) => onnx.Layer.Input[axis].Known is { } size && size % sizes[i] == 0).All(even => even))
        {
            long[] window = [.. axes.Select((axis, i) => onnx.Layer.Input[axis].Value / sizes[i])];
            onnx.Add(IsMax ? "MaxPool" : "AveragePool", ("kernel_shape", window), ("strides", window));
            return;
        }

        var x = onnx.Input;
        for (var i = 0; i < axes.Length; i++)
            x = Along(onnx, x, 2 + i, onnx.Layer.Input[axes[i]], sizes[i]);
        onnx.Add("Identity", [x]);
    }

    /// <summary>The mean of means is the mean, because all windows of one row are equally high.</summary>
    private string Along(OnnxScope onnx, string x, int index, Dim input, long size)
    {
        var reduce = IsMax ? "ReduceMax" : "ReduceMean";
        if (size == 1)
            return onnx.Part(reduce, [x], ("axes", new long[] { index }), ("keepdims", 1L));
        if (input == size)
            return x;
        var cells = new List<string>();
        for (var i = 0L; i < size; i++)
        {
            var (start, end) = (i * input.Value / size, (((i + 1) * input.Value) + size - 1) / size);
            var cell = onnx.Part("Slice", [x, onnx.Constant(start), onnx.Constant(end), onnx.Constant(index)]);
            cells.Add(onnx.Part(reduce, [cell], ("axes", new long[] { index }), ("keepdims", 1L)));
        }

        return onnx.Part("Concat", cells, ("axis", (long)index));
    }

    public static IEnumerable<Example> Examples =>
        new[] { "adaptive_avg_pool", "adaptive_max_pool" }.SelectMany(kind => new Example[]
        {
            new($"{kind} to one", new AdaptivePool { Kind = $"{kind}2d", OutputSize = 1 }, [3, 7, 5]),
            new($"{kind}, equal windows", new AdaptivePool { Kind = $"{kind}2d", OutputSize = new long[] { 4, 3 } }, [3, 8, 9]),
            new($"{kind}, windows that overlap", new AdaptivePool { Kind = $"{kind}2d", OutputSize = new long[] { 3, 7 } }, [2, 8, 10]),
            new($"{kind} to more than there is", new AdaptivePool { Kind = $"{kind}2d", OutputSize = 6 }, [2, 4, 6]),
            new($"{kind}, 3d", new AdaptivePool { Kind = $"{kind}3d", OutputSize = new long[] { 2, 3, 2 } }, [2, 4, 6, 5]),
            new($"{kind}, 1d", new AdaptivePool { Kind = $"{kind}1d", OutputSize = 5 }, [2, 12]),
        });
}
