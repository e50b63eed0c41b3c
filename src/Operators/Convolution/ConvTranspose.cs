using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Transposed convolution: learned upsampling by the stride. Each input element adds a weighted kernel to the output.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, out_channels, (H − 1)·stride − 2·padding + dilation·(kernel − 1) + output_padding + 1, …]</c>.
/// Parameters: weight <c>[in, out / groups, kH, kW]</c>, bias <c>[out]</c>. MACs: kernel · out / groups for each input element.
/// Sources: torch.nn.ConvTranspose2d; ONNX ConvTranspose-11.
/// </remarks>
[Kind("conv_transpose1d"), Kind("conv_transpose2d"), Kind("conv_transpose3d")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record ConvTranspose : Operator, IHasShorthand
{
    /// <summary>Channels of the output, at least 1; a multiple of <see cref="Groups"/>.</summary>
    [Between(1)]
    public required long OutChannels { get; init; }

    /// <summary>Size of the window: one number, or one for each spatial dimension. At least 1.</summary>
    [Between(1)]
    public required Extent KernelSize { get; init; }

    /// <summary>How many times larger the output becomes: 2 doubles the size. Default: 1.</summary>
    [Between(1)]
    public Extent Stride { get; init; } = 1;

    /// <summary>Elements cut off the output on both sides. Default: 0.</summary>
    [Between(0)]
    public Extent Padding { get; init; } = 0;

    /// <summary>Elements added at the end of the output; must be smaller than stride or dilation. Default: 0.</summary>
    [Between(0)]
    public Extent OutputPadding { get; init; } = 0;

    /// <summary>Spacing between kernel elements; 1 is dense. Default: 1.</summary>
    [Between(1)]
    public Extent Dilation { get; init; } = 1;

    /// <summary>
    /// Channel groups convolved independently; both channel counts must be multiples of it. <c>"depthwise"</c>: as many as channels arrive.
    /// Default: 1.
    /// </summary>
    [Between(1)]
    public GroupCount Groups { get; init; } = 1;

    /// <summary>Adds a learned bias. Default: true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>The channels that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? InChannels { get; init; }

    public override DeclaredWidth? Declared => DeclaredWidth.Of("in_channels", InChannels);

    [SpecIgnore]
    public int SpatialRank => Twins.RankOf(Kind);

    public override Footprint Footprint => Footprint.Inputs with { Format = NumberFormat.Precision };

    public override Effect Effect => Effect.Weighs;

    public override SlidingWindow Window =>
        new(KernelSize, Stride, Dilation, new(false, Padding)) { IsTransposed = true, OutputPadding = OutputPadding };

    public override FeatureFlow FeatureFlow => Groups == 1 ? FeatureFlow.Mixed : FeatureFlow.Other;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        EditableAttributes.Width("out_channels"),
        WindowAttributes.KernelSize,
        WindowAttributes.Stride,
        WindowAttributes.Padding,
        WindowAttributes.OutputPadding,
        WindowAttributes.Dilation,
    ];

    public override Shape? Infer(ShapeContext context)
    {
        if (
            !context.IsDefaultOrder(SpatialRank)
            || !context.HasFeatures(out var channels)
            || !Windows.Fit(context, SpatialRank, Window)
            || !Windows.HasOneEach(context, SpatialRank, "output_padding", OutputPadding)
        )
            return null;
        if (!Windows.GroupsDivide(context, Groups.Of(channels), channels, OutChannels))
            return null;
        var output = context.Input.With(Axis.Channels, OutChannels);
        var dimension = 0;
        foreach (var axis in context.Input.SpatialAxes)
        {
            if (OutputPadding[dimension] >= Math.Max(Stride[dimension], Dilation[dimension]))
                return context.Error(
                    Codes.OutOfRange,
                    $"output_padding is {OutputPadding[dimension]} in {axis.Name()} and must be smaller than the stride "
                        + $"{Stride[dimension]} or the dilation {Dilation[dimension]}."
                );
            if (OutputPadding[dimension] >= Stride[dimension])
                context.Report.Warning(
                    Codes.ExportUnsupported,
                    context.Layer.Path,
                    $"{context.Layer.Name}: output_padding {OutputPadding[dimension]} with the stride {Stride[dimension]} in "
                        + $"{axis.Name()} has no ONNX form that ONNX Runtime takes. Make it smaller than the stride.",
                    context.Layer.Name
                );
            output = output.With(axis, Window.SizeAlong(dimension++, context.Input[axis]));
        }

        return output;                                                                           // [N, C, H, W] -> [N, out, H', W']
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer)
    {
        var outputs = PerGroup(layer);
        var fanIn = KernelSize.ToArray(SpatialRank).Aggregate(outputs, Saturating.Multiply); // PyTorch counts it on this side
        yield return new(
            "weight",
            [layer.Input[Axis.Channels].Value, outputs, .. KernelSize.ToArray(SpatialRank)],
            Initializer.Weight,
            FanIn: fanIn
        );
        if (Bias)
            yield return new("bias", [OutChannels], Initializer.Bias, FanIn: fanIn);
    }

    public override long? Macs(PlannedLayer layer) =>
        layer.Input.ElementsPerSample is { } numbers
            ? Saturating.Multiply(numbers, KernelSize.ToArray(SpatialRank).Aggregate(PerGroup(layer), Saturating.Multiply))
            : null;

    /// <summary>Channels of the output that one input adds to.</summary>
    private long PerGroup(PlannedLayer layer) => OutChannels / Groups.Of(layer.Input[Axis.Channels].Value);

    public override void EmitOnnx(OnnxScope onnx)
    {
        var padding = Padding.ToArray(SpatialRank);
        onnx.Add(
            "ConvTranspose",
            onnx.InputAndWeights(Bias),
            ("kernel_shape", KernelSize.ToArray(SpatialRank)),
            ("strides", Stride.ToArray(SpatialRank)),
            ("dilations", Dilation.ToArray(SpatialRank)),
            ("group", Groups.Of(onnx.Layer.Input[Axis.Channels].Value)),
            ("pads", (long[])[.. padding, .. padding]),
            ("output_padding", OutputPadding.ToArray(SpatialRank))
        );
    }

    public static IEnumerable<Example> Examples =>
    [
        new("doubling", new ConvTranspose { Kind = "conv_transpose2d", OutChannels = 3, KernelSize = 2, Stride = 2 }, [4, 5, 6]),
        new(
            "padding",
            new ConvTranspose { Kind = "conv_transpose2d", OutChannels = 3, KernelSize = 4, Stride = 2, Padding = 1 },
            [4, 5, 3]
        ),
        new(
            "output padding",
            new ConvTranspose { Kind = "conv_transpose2d", OutChannels = 3, KernelSize = 3, Stride = 2, Padding = 1, OutputPadding = 1 },
            [4, 5, 3]
        ),
        new(
            "asymmetric, dilated",
            new ConvTranspose
            {
                Kind = "conv_transpose2d",
                OutChannels = 2,
                KernelSize = new long[] { 1, 3 },
                Stride = new long[] { 2, 1 },
                Dilation = 2,
            },
            [3, 4, 5]
        ),
        new(
            "1x1 with a stride, few channels",
            new ConvTranspose { Kind = "conv_transpose2d", OutChannels = 3, KernelSize = 1, Stride = 2, OutputPadding = 1 },
            [3, 32, 32]
        ),
        new(
            "1x1 with a stride, dilated",
            new ConvTranspose { Kind = "conv_transpose2d", OutChannels = 2, KernelSize = 1, Stride = new long[] { 3, 1 }, Dilation = 2 },
            [3, 4, 5]
        ),
        new(
            "groups, no bias",
            new ConvTranspose { Kind = "conv_transpose2d", OutChannels = 6, KernelSize = 2, Groups = 2, Bias = false },
            [4, 4, 4]
        ),
        new(
            "depthwise by word",
            new ConvTranspose { Kind = "conv_transpose2d", OutChannels = 3, KernelSize = 2, Stride = 2, Groups = GroupCount.Depthwise },
            [3, 4, 5]
        ),
        new("1d", new ConvTranspose { Kind = "conv_transpose1d", OutChannels = 3, KernelSize = 4, Stride = 3 }, [4, 7]),
        new(
            "3d",
            new ConvTranspose { Kind = "conv_transpose3d", OutChannels = 3, KernelSize = 3, Stride = 2, Padding = 1, OutputPadding = 1 },
            [4, 2, 3, 4]
        ),
        new(
            "3d, a stride for each dimension",
            new ConvTranspose
            {
                Kind = "conv_transpose3d",
                OutChannels = 2,
                KernelSize = new long[] { 1, 2, 2 },
                Stride = new long[] { 1, 2, 2 },
                Bias = false,
            },
            [3, 3, 4, 2]
        ),
        new(
            "declared",
            new ConvTranspose { Kind = "conv_transpose2d", OutChannels = 3, KernelSize = 2, Stride = 2, InChannels = 4 },
            [4, 5, 6]
        ),
    ];
}
