using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Convolution over one or two spatial dimensions.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, out_channels, ⌊(H + 2·padding − dilation·(kernel−1) − 1) / stride⌋ + 1, …]</c>; <c>"same"</c>
/// gives ⌈H / stride⌉.
/// Parameters: weight <c>[out, in / groups, kH, kW]</c>, bias <c>[out]</c>. MACs: kernel · in / groups for each output element.
/// Sources: torch.nn.Conv2d; ONNX Conv-11.
/// </remarks>
[Kind("conv1d"), Kind("conv2d")]
[Accepts(nameof(Accepted.Device))]
[Accepts(nameof(Accepted.Dtype))]
public sealed record Conv : Operator, IHasShorthand
{
    /// <summary>Channels of the output, at least 1; a multiple of <see cref="Groups"/>.</summary>
    [Between(1)]
    public required long OutChannels { get; init; }

    /// <summary>Size of the window: one number, or one for each spatial dimension. At least 1.</summary>
    [Between(1)]
    public required Extent KernelSize { get; init; }

    /// <summary>Distance between neighboring windows: 2 halves the size. Default: 1.</summary>
    [Between(1)]
    public Extent Stride { get; init; } = 1;

    /// <summary>
    /// Zeros added on both sides, or <c>[before, after]</c> for each dimension; <c>"same"</c> (output size ⌈input / stride⌉),
    /// <c>"valid"</c> (none), or <c>"causal"</c> for conv1d: all of it before, so that no output sees later steps. Default: 0.
    /// </summary>
    [Between(0)]
    public Padding Padding { get; init; } = 0;

    /// <summary>Spacing between kernel elements; 1 is dense. Default: 1.</summary>
    [Between(1)]
    public Extent Dilation { get; init; } = 1;

    /// <summary>Channel groups convolved independently; both channel counts must be multiples of it. Default: 1.</summary>
    [Between(1)]
    public long Groups { get; init; } = 1;

    /// <summary>Adds a learned bias. Default: true.</summary>
    public bool Bias { get; init; } = true;

    /// <summary>The channels that must arrive: an assertion, as PyTorch asks for it. Default: whatever arrives.</summary>
    [Between(1)]
    public long? InChannels { get; init; }

    public override DeclaredWidth? Declared => DeclaredWidth.Of("in_channels", InChannels);

    /// <summary>Whether weight and bias start at zero: a gate then starts half open.</summary>
    [SpecIgnore]
    public bool StartsAtZero { get; init; }

    [SpecIgnore]
    public int SpatialRank => Kind == "conv1d" ? 1 : 2;

    public override Footprint Footprint => Footprint.Inputs with { Format = NumberFormat.Precision };

    public override Effect Effect => Effect.Weighs;

    public override SlidingWindow Window => new(KernelSize, Stride, Dilation, Padding);

    public override FeatureFlow FeatureFlow => Groups == 1 ? FeatureFlow.Mixed : FeatureFlow.Other;

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        EditableAttributes.Width("out_channels"),
        WindowAttributes.KernelSize,
        WindowAttributes.Stride,
        WindowAttributes.Padding,
        WindowAttributes.Dilation,
    ];

    public override Shape? Infer(ShapeContext context)
    {
        var window = Window;
        if (
            !context.IsDefaultOrder(SpatialRank)
            || !context.HasFeatures(out var channels)
            || !Windows.Fit(context, SpatialRank, window)
        )
            return null;
        if (!Windows.GroupsDivide(context, Groups, channels, OutChannels))
            return null;
        return context.Input.Convolved(window.Along, OutChannels); // [N, C, H, W] -> [N, out, H', W']
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer)
    {
        var channels = layer.Input[Axis.Channels].Value / Groups;
        var fanIn = Saturating.Multiply(channels, KernelSize.Product(SpatialRank));
        yield return new(
            "weight",
            [OutChannels, channels, .. KernelSize.ToArray(SpatialRank)],
            StartsAtZero ? Initializer.Zeros : Initializer.Weight,
            FanIn: fanIn
        );
        if (Bias)
            yield return new("bias", [OutChannels], StartsAtZero ? Initializer.Zeros : Initializer.Bias, FanIn: fanIn);
    }

    public override long? Macs(PlannedLayer layer) =>
        layer.Output.ElementsPerSample is { } numbers
            ? Saturating.Multiply(numbers, Saturating.Multiply(layer.Input[Axis.Channels].Value / Groups, KernelSize.Product(SpatialRank)))
            : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        onnx.Add(
            "Conv",
            onnx.InputAndWeights(Bias),
            [
                ("kernel_shape", KernelSize.ToArray(SpatialRank)),
                ("strides", Stride.ToArray(SpatialRank)),
                ("dilations", Dilation.ToArray(SpatialRank)),
                ("group", Groups),
                .. Windows.OnnxPads(onnx.Layer.Input, SpatialRank, Window.Along),
            ]
        );
    }

    public static IEnumerable<Example> Examples =>
    [
        new("3x3", new Conv { Kind = "conv2d", OutChannels = 5, KernelSize = 3 }, [3, 8, 8]),
        new("same", new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 3, Padding = Padding.Same }, [3, 9, 7]),
        new(
            "same, stride, even kernel, odd size",
            new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 4, Stride = 2, Padding = Padding.Same },
            [3, 9, 11]
        ),
        new("stride with remainder", new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 3, Stride = 2, Padding = 1 }, [3, 10, 7]),
        new(
            "asymmetric",
            new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = new long[] { 1, 7 }, Padding = new(false, new long[] { 0, 3 }) },
            [3, 8, 9]
        ),
        new("dilated", new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 3, Dilation = 2, Bias = false }, [2, 9, 9]),
        new("1x1 with a stride, few channels", new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 1, Stride = 2 }, [2, 64, 64]),
        new(
            "1x1 with a stride for each dimension, few channels",
            new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 1, Stride = new long[] { 3, 2 } },
            [2, 9, 8]
        ),
        new("groups", new Conv { Kind = "conv2d", OutChannels = 6, KernelSize = 3, Groups = 2 }, [4, 6, 6]),
        new("depthwise", new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 3, Groups = 4, Padding = 1 }, [4, 6, 6]),
        new(
            "read channels-last",
            new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 3, DataFormat = Layout.ChannelsLast },
            [8, 6, 5]
        )
        {
            ChannelsFirstOnly = true,
        },
        new("1d", new Conv { Kind = "conv1d", OutChannels = 5, KernelSize = 3, Stride = 2 }, [3, 12]),
        new(
            "one-sided",
            new Conv
            {
                Kind = "conv2d",
                OutChannels = 4,
                KernelSize = 3,
                Stride = 2,
                Padding = new(false, new long[] { 0, 1 }) { After = new long[] { 1, 2 } },
            },
            [3, 8, 7]
        ),
        new(
            "1d, causal, dilated",
            new Conv { Kind = "conv1d", OutChannels = 4, KernelSize = 3, Dilation = 2, Padding = Padding.Causal },
            [3, 9]
        ),
        new(
            "1d, causal, stride",
            new Conv { Kind = "conv1d", OutChannels = 4, KernelSize = 2, Stride = 3, Padding = Padding.Causal },
            [3, 11]
        ),
        new("declared", new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 3, InChannels = 3 }, [3, 6, 7]),
    ];
}
