using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>The maximum of each window.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C, ⌊(H + 2·padding − dilation·(kernel−1) − 1) / stride⌋ + 1, …]</c>; with <c>ceil_mode</c>
/// rounded up, but no window starts in the right padding; <c>"same"</c> gives ⌈H / stride⌉. Padded with minus infinity. Parameters and
/// MACs: none.
/// Sources: torch.nn.MaxPool2d; ONNX MaxPool-12.
/// </remarks>
[Kind("max_pool1d"), Kind("max_pool2d"), Kind("max_pool3d")]
public sealed record MaxPool : Operator
{
    /// <summary>Size of the window: one number, or one for each spatial dimension. At least 1.</summary>
    [Between(1)]
    public required Extent KernelSize { get; init; }

    /// <summary>Distance between neighboring windows. Default: kernel_size, so that windows do not overlap.</summary>
    [Between(1)]
    public Extent? Stride { get; init; }

    /// <summary>
    /// Minus infinity added on both sides, at most half the kernel size, or <c>[before, after]</c> for each dimension; <c>"same"</c>,
    /// <c>"valid"</c> (none), or <c>"causal"</c> for max_pool1d: all of it before. Default: 0.
    /// </summary>
    [Between(0)]
    public Padding Padding { get; init; } = 0;

    /// <summary>Spacing between kernel elements; 1 is dense. Default: 1.</summary>
    [Between(1)]
    public Extent Dilation { get; init; } = 1;

    /// <summary>Rounds the output size up, so that a last partial window counts. Default: false, rounded down.</summary>
    public bool CeilMode { get; init; }

    /// <summary>
    /// Stands for minus infinity, which must not be left in memory: oneDNN's gradient of a convolution of fewer than 16 channels multiplies
    /// what it finds there by zero, and zero times infinity is no number. Seen in libtorch 2.10.
    /// </summary>
    internal const double Lowest = -3e38;

    [SpecIgnore]
    public int SpatialRank => Twins.RankOf(Kind);

    // libtorch keeps the position of each maximum as int64.
    public override Footprint Footprint => Footprint.Inputs with { Format = NumberFormat.AsGiven, BytesPerNumber = 8 };

    public override Effect Effect => Effect.Activates;

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override SlidingWindow Window => new(KernelSize, Stride ?? KernelSize, Dilation, Padding) { CeilMode = CeilMode };

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        Stride is null ? WindowAttributes.KernelSizeAndStride : WindowAttributes.KernelSize,
        WindowAttributes.Stride,
        WindowAttributes.PoolPadding,
        WindowAttributes.Dilation,
        WindowAttributes.CeilMode,
    ];

    public override Shape? Infer(ShapeContext context) =>
        context.IsDefaultOrder(SpatialRank)
        && Windows.Fit(context, SpatialRank, Window)
        && Windows.PadsAtMostHalf(context, SpatialRank, Window.Along)
            ? context.Input.Convolved(Window.Along) // [N, C, H, W] -> [N, C, H', W']
            : null;

    public override void EmitOnnx(OnnxScope onnx)
    {
        var (x, kernel) = (onnx.Input, KernelSize.ToArray(SpatialRank));
        var pads = Windows.OnnxPads(onnx.Layer.Input, SpatialRank, Window.Along);
        if (pads is [(_, long[] sides)] && sides.Where((side, i) => side >= kernel[i % SpatialRank]).Any())
        {
            // ONNX Runtime pads less than a kernel itself, and a dilated window may want more.
            var border = onnx.Constant([0, 0, .. sides[..SpatialRank], 0, 0, .. sides[SpatialRank..]]);
            (x, pads) = (onnx.Part("Pad", [x, border, onnx.Scalar(Lowest)]), []);
        }

        onnx.Add(
            "MaxPool",
            [x],
            [
                ("kernel_shape", kernel),
                ("strides", (Stride ?? KernelSize).ToArray(SpatialRank)),
                ("dilations", Dilation.ToArray(SpatialRank)),
                .. pads,
            ]
        );
    }

    public static IEnumerable<Example> Examples =>
    [
        new("2x2", new MaxPool { Kind = "max_pool2d", KernelSize = 2 }, [3, 8, 8]),
        new("remainder", new MaxPool { Kind = "max_pool2d", KernelSize = 2 }, [3, 7, 9]),
        new("3x3, stride, padding", new MaxPool { Kind = "max_pool2d", KernelSize = 3, Stride = 2, Padding = 1 }, [3, 9, 8]),
        new("ceil", new MaxPool { Kind = "max_pool2d", KernelSize = 3, Stride = 2, CeilMode = true }, [3, 8, 9]),
        new(
            "ceil, padding: no window starts in it",
            new MaxPool { Kind = "max_pool2d", KernelSize = 2, Stride = 3, Padding = 1, CeilMode = true },
            [2, 7, 8]
        ),
        new("ceil, stride beyond the kernel", new MaxPool { Kind = "max_pool2d", KernelSize = 2, Stride = 4, CeilMode = true }, [2, 7, 9]),
        new("same", new MaxPool { Kind = "max_pool2d", KernelSize = 3, Stride = 1, Padding = Padding.Same }, [3, 7, 7]),
        new(
            "same, even kernel, stride",
            new MaxPool { Kind = "max_pool2d", KernelSize = 2, Stride = 2, Padding = Padding.Same },
            [3, 7, 9]
        ),
        new("dilated", new MaxPool { Kind = "max_pool2d", KernelSize = 2, Stride = 1, Dilation = 2 }, [2, 7, 7]),
        new("asymmetric", new MaxPool { Kind = "max_pool2d", KernelSize = new long[] { 1, 3 }, Stride = new long[] { 2, 1 } }, [2, 7, 7]),
        new(
            "read channels-last",
            new MaxPool { Kind = "max_pool2d", KernelSize = 2, DataFormat = Layout.ChannelsLast },
            [8, 6, 5]
        )
        {
            ChannelsFirstOnly = true,
        },
        new("1d", new MaxPool { Kind = "max_pool1d", KernelSize = 3, Stride = 2, Padding = 1 }, [3, 12]),
        new("1d, same", new MaxPool { Kind = "max_pool1d", KernelSize = 4, Stride = 3, Padding = Padding.Same }, [3, 11]),
        new("3d", new MaxPool { Kind = "max_pool3d", KernelSize = 3, Stride = 2, Padding = 1 }, [2, 5, 6, 7]),
        new("3d, ceil", new MaxPool { Kind = "max_pool3d", KernelSize = new long[] { 1, 2, 3 }, CeilMode = true }, [2, 3, 5, 7]),
        new("3d, same", new MaxPool { Kind = "max_pool3d", KernelSize = 2, Stride = 1, Padding = Padding.Same }, [2, 3, 4, 5]),
        new(
            "one-sided",
            new MaxPool
            {
                Kind = "max_pool2d",
                KernelSize = 3,
                Stride = 2,
                Padding = new(false, new long[] { 0, 1 }) { After = new long[] { 1, 0 } },
            },
            [3, 8, 7]
        ),
        new(
            "1d, causal",
            new MaxPool { Kind = "max_pool1d", KernelSize = 3, Stride = 1, Dilation = 2, Padding = Padding.Causal },
            [3, 9]
        ),
    ];
}
