using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>Convolution over one, two or three spatial dimensions.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, out_channels, ⌊(H + 2·padding − dilation·(kernel−1) − 1) / stride⌋ + 1, …]</c>; <c>"same"</c>
/// gives ⌈H / stride⌉.
/// Parameters: weight <c>[out, in / groups, kH, kW]</c>, bias <c>[out]</c>. MACs: kernel · in / groups for each output element.
/// Sources: torch.nn.Conv2d; ONNX Conv-11.
/// </remarks>
[Kind("conv1d"), Kind("conv2d"), Kind("conv3d")]
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
    /// Cells added on both sides, or <c>[before, after]</c> for each dimension; <c>"same"</c> (output size ⌈input / stride⌉),
    /// <c>"valid"</c> (none), or <c>"causal"</c> for conv1d: all of it before, so that no output sees later steps. Default: 0.
    /// </summary>
    [Between(0)]
    public Padding Padding { get; init; } = 0;

    /// <summary>
    /// What the padding is filled with: zeros, reflect (mirrored at the edge), replicate (the edge repeated) or circular (from the other
    /// side). Default: zeros.
    /// </summary>
    public PaddingFill PaddingMode { get; init; }

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

    /// <summary>Whether weight and bias start at zero: a gate then starts half open.</summary>
    [SpecIgnore]
    public bool StartsAtZero { get; init; }

    [SpecIgnore]
    public int SpatialRank => Twins.RankOf(Kind);

    public override Footprint Footprint =>
        Footprint.Inputs with
        {
            Format = NumberFormat.Precision,
            BytesPerNumber = PaddingMode == PaddingFill.Zeros ? 0 : 4, // the padded copy, about as large as the output
        };

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
            || !PaddingFills.Fit(context, PaddingMode, window)
            || !Windows.GroupsDivide(context, Groups.Of(channels), channels, OutChannels)
        )
            return null;
        return context.Input.Convolved(window.Along, OutChannels); // [N, C, H, W] -> [N, out, H', W']
    }

    public override IEnumerable<Parameter> Parameters(PlannedLayer layer)
    {
        var channels = PerGroup(layer);
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
            ? Saturating.Multiply(numbers, Saturating.Multiply(PerGroup(layer), KernelSize.Product(SpatialRank)))
            : null;

    /// <summary>Channels of the input that one output sees.</summary>
    private long PerGroup(PlannedLayer layer)
    {
        var channels = layer.Input[Axis.Channels].Value;
        return channels / Groups.Of(channels);
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var input = onnx.Layer.Input;
        var (padded, pads) =
            PaddingMode == PaddingFill.Zeros
                ? (onnx.Input, Windows.OnnxPads(input, SpatialRank, Window.Along))
                : (PaddingFills.OnnxPad(onnx, PaddingMode, Window), []);
        onnx.Add(
            "Conv",
            [padded, .. onnx.InputAndWeights(Bias).Skip(1)],
            [
                ("kernel_shape", KernelSize.ToArray(SpatialRank)),
                ("strides", Stride.ToArray(SpatialRank)),
                ("dilations", Dilation.ToArray(SpatialRank)),
                ("group", Groups.Of(input[Axis.Channels].Value)),
                .. pads,
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
        new(
            "depthwise by word, two for each channel",
            new Conv { Kind = "conv2d", OutChannels = 6, KernelSize = 3, Groups = GroupCount.Depthwise },
            [3, 6, 5]
        ),
        .. new[] { PaddingFill.Reflect, PaddingFill.Replicate, PaddingFill.Circular }.SelectMany(fill => new Example[]
        {
            new(
                $"{fill}",
                new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 5, Stride = 2, Padding = 2, PaddingMode = fill },
                [3, 6, 7]
            ),
            new(
                $"{fill}, same, even kernel",
                new Conv { Kind = "conv1d", OutChannels = 4, KernelSize = 4, Padding = Padding.Same, PaddingMode = fill },
                [3, 9]
            ),
        }),
        new(
            "circular, one-sided",
            new Conv
            {
                Kind = "conv2d",
                OutChannels = 4,
                KernelSize = 3,
                Padding = new(false, new long[] { 0, 2 }) { After = new long[] { 3, 0 } },
                PaddingMode = PaddingFill.Circular,
            },
            [3, 5, 4]
        ),
        new(
            "3d, replicate",
            new Conv { Kind = "conv3d", OutChannels = 3, KernelSize = 3, Padding = 1, PaddingMode = PaddingFill.Replicate },
            [2, 3, 4, 5]
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
        new("3d", new Conv { Kind = "conv3d", OutChannels = 4, KernelSize = 3, Padding = 1, Stride = 2 }, [2, 5, 6, 7]),
        new(
            "3d, asymmetric, groups",
            new Conv
            {
                Kind = "conv3d",
                OutChannels = 4,
                KernelSize = new long[] { 3, 1, 2 },
                Stride = new long[] { 1, 2, 1 },
                Padding = new(false, new long[] { 1, 0, 1 }),
                Groups = 2,
                Bias = false,
            },
            [4, 4, 5, 6]
        ),
        new(
            "3d, same, stride",
            new Conv { Kind = "conv3d", OutChannels = 3, KernelSize = 2, Stride = new long[] { 1, 2, 2 }, Padding = Padding.Same },
            [2, 3, 5, 6]
        ),
        new("3d, strided point, few channels", new Conv { Kind = "conv3d", OutChannels = 4, KernelSize = 1, Stride = 2 }, [2, 4, 6, 5]),
        new("declared", new Conv { Kind = "conv2d", OutChannels = 4, KernelSize = 3, InChannels = 3 }, [3, 6, 7]),
    ];
}
