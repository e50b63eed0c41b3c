using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>The mean of each window.</summary>
/// <remarks>
/// Shapes: <c>[N, C, H, W]</c> gives <c>[N, C, ⌊(H + 2·padding − kernel) / stride⌋ + 1, …]</c>; with <c>ceil_mode</c> rounded up, but no
/// window starts in the right padding; <c>"same"</c> gives ⌈H / stride⌉. Elements beyond input and padding never count. Parameters and
/// MACs: none.
/// Sources: torch.nn.AvgPool2d; ONNX AveragePool-11.
/// </remarks>
[Kind("avg_pool1d"), Kind("avg_pool2d"), Kind("avg_pool3d")]
public sealed record AvgPool : Operator
{
    /// <summary>Size of the window: one number, or one for each spatial dimension. At least 1.</summary>
    [Between(1)]
    public required Extent KernelSize { get; init; }

    /// <summary>Distance between neighboring windows. Default: kernel_size, so that windows do not overlap.</summary>
    [Between(1)]
    public Extent? Stride { get; init; }

    /// <summary>
    /// Zeros added on both sides, at most half the kernel size, or <c>[before, after]</c> for each dimension; <c>"same"</c>, <c>"valid"</c>
    /// (none), or <c>"causal"</c> for avg_pool1d: all of it before. Default: 0.
    /// </summary>
    [Between(0)]
    public Padding Padding { get; init; } = 0;

    /// <summary>Rounds the output size up, so that a last partial window counts. Default: false, rounded down.</summary>
    public bool CeilMode { get; init; }

    /// <summary>Counts the padding's zeros in the mean. Default: true.</summary>
    public bool CountIncludePad { get; init; } = true;

    /// <summary>Divides each window's sum by this number, at least 1. Default: the window's size. Not for avg_pool1d.</summary>
    [Between(1)]
    public long? DivisorOverride { get; init; }

    [SpecIgnore]
    public int SpatialRank => Twins.RankOf(Kind);

    // libtorch 2.10 has no mean of volumes in bfloat16.
    public override Footprint Footprint =>
        Footprint.Inputs with
        {
            Format = SpatialRank == 3 ? NumberFormat.Float32 : NumberFormat.AsGiven,
        };

    public override FeatureFlow FeatureFlow => FeatureFlow.Kept;

    public override SlidingWindow Window => new(KernelSize, Stride ?? KernelSize, 1, Padding) { CeilMode = CeilMode };

    protected override IEnumerable<EditableAttribute> OwnEdits =>
    [
        Stride is null ? WindowAttributes.KernelSizeAndStride : WindowAttributes.KernelSize,
        WindowAttributes.Stride,
        WindowAttributes.PoolPadding,
        WindowAttributes.CeilMode,
    ];

    public override Shape? Infer(ShapeContext context)
    {
        if (
            !context.IsDefaultOrder(SpatialRank)
            || !Windows.Fit(context, SpatialRank, Window)
            || !Windows.PadsAtMostHalf(context, SpatialRank, Window.Along)
        )
            return null;
        if (DivisorOverride is not null && SpatialRank == 1)
        {
            context.Report.Error(
                Codes.UnknownField,
                context.Layer.Path["divisor_override"],
                "avg_pool1d has no attribute 'divisor_override'; avg_pool2d and avg_pool3d have."
            );
            return null;
        }

        if (CeilMode && !Padding.IsSame && context.Input.Positions is null)
            context.Report.Warning(
                Codes.ExportUnsupported,
                context.Layer.Path,
                $"{context.Layer.Name}: ceil_mode of an average over {context.Input.SpatialSizes} has no ONNX form, because the last "
                    + $"window's count depends on the size. Give sizes as numbers, or leave ceil_mode out.",
                context.Layer.Name
            );
        return context.Input.Convolved(Window.Along); // [N, C, H, W] -> [N, C, H', W']
    }

    public override void EmitOnnx(OnnxScope onnx)
    {
        var kernel = KernelSize.ToArray(SpatialRank);
        (string, object)[] window =
        [
            ("kernel_shape", kernel),
            ("strides", (Stride ?? KernelSize).ToArray(SpatialRank)),
            .. Windows.OnnxPads(onnx.Layer.Input, SpatialRank, Window.Along),
        ];
        if (DivisorOverride is { } divisor)
        {
            var whole = onnx.Part("AveragePool", [onnx.Input], [.. window, ("count_include_pad", 1L)]);
            onnx.Add("Mul", [whole, onnx.Scalar((double)KernelSize.Product(SpatialRank) / divisor)]);
            return;
        }

        if (!CeilMode || Padding.IsSame)
        {
            onnx.Add("AveragePool", [.. window, ("count_include_pad", CountIncludePad ? 1L : 0)]);
            return;
        }

        // Runtimes disagree on what a window beyond the padding counts: divide by the whole window, then correct by constants.
        var corrections = Enumerable.Range(0, SpatialRank).Select(Correction).ToArray();
        var sizes = corrections.Select(correction => (long)correction.Length).ToArray();
        var product = corrections.Aggregate((outer, inner) => [.. outer.SelectMany(each => inner.Select(cell => each * cell))]);
        var mean = onnx.Part("AveragePool", [onnx.Input], [.. window, ("count_include_pad", 1L)]);
        onnx.Add("Mul", [mean, onnx.Floats(product, [1, 1, .. sizes])]);

        float[] Correction(int dimension)
        {
            var size = onnx.Layer.Input[onnx.Layer.Input.SpatialAxes.ElementAt(dimension)].Value;
            var at = Window.Along(dimension);
            return
            [
                .. Enumerable
                    .Range(0, (int)at.Size(size).Value)
                    .Select(i => at.Kernel / (float)Counted(at, (i * at.Stride) - at.Padding, size)),
            ];
        }
    }

    /// <summary>Cells of a window that count: those in the input, and in the padding where it counts.</summary>
    private long Counted(Window window, long start, long size) => CountIncludePad
        ? Math.Min(start + window.Kernel, size + window.Padding) - start
        : Math.Min(start + window.Kernel, size) - Math.Max(start, 0);

    public static IEnumerable<Example> Examples =>
    [
        new("2x2", new AvgPool { Kind = "avg_pool2d", KernelSize = 2 }, [3, 8, 9]),
        new("padding counts", new AvgPool { Kind = "avg_pool2d", KernelSize = 3, Stride = 1, Padding = 1 }, [3, 7, 6]),
        new(
            "padding does not count",
            new AvgPool { Kind = "avg_pool2d", KernelSize = 3, Stride = 2, Padding = 1, CountIncludePad = false },
            [3, 8, 9]
        ),
        new("ceil", new AvgPool { Kind = "avg_pool2d", KernelSize = 3, Stride = 2, CeilMode = true }, [3, 8, 9]),
        new(
            "ceil, padding counts",
            new AvgPool { Kind = "avg_pool2d", KernelSize = 3, Stride = 2, Padding = 1, CeilMode = true },
            [2, 8, 10]
        ),
        new(
            "ceil, padding does not count",
            new AvgPool
            {
                Kind = "avg_pool2d",
                KernelSize = new long[] { 2, 3 },
                Stride = 3,
                Padding = 1,
                CeilMode = true,
                CountIncludePad = false,
            },
            [2, 8, 8]
        ),
        new("same", new AvgPool { Kind = "avg_pool2d", KernelSize = 2, Stride = 2, Padding = Padding.Same }, [3, 7, 9]),
        new(
            "same, padding does not count",
            new AvgPool { Kind = "avg_pool2d", KernelSize = 4, Stride = 3, Padding = Padding.Same, CountIncludePad = false },
            [3, 7, 9]
        ),
        new("divisor", new AvgPool { Kind = "avg_pool2d", KernelSize = 3, Stride = 2, Padding = 1, DivisorOverride = 4 }, [3, 8, 9]),
        new(
            "divisor, ceil",
            new AvgPool { Kind = "avg_pool2d", KernelSize = 3, Stride = 2, CeilMode = true, CountIncludePad = false, DivisorOverride = 2 },
            [2, 8, 10]
        ),
        new(
            "divisor, same",
            new AvgPool { Kind = "avg_pool2d", KernelSize = new long[] { 2, 4 }, Stride = 3, Padding = Padding.Same, DivisorOverride = 3 },
            [2, 7, 9]
        ),
        new("1d", new AvgPool { Kind = "avg_pool1d", KernelSize = 3, Stride = 2, Padding = 1 }, [3, 12]),
        new("1d, ceil", new AvgPool { Kind = "avg_pool1d", KernelSize = 3, Stride = 2, CeilMode = true }, [3, 12]),
        new(
            "1d, same, padding does not count",
            new AvgPool { Kind = "avg_pool1d", KernelSize = 2, Padding = Padding.Same, CountIncludePad = false },
            [3, 11]
        ),
        new("3d", new AvgPool { Kind = "avg_pool3d", KernelSize = 3, Stride = 2, Padding = 1 }, [2, 5, 6, 7]),
        new(
            "3d, ceil, padding does not count",
            new AvgPool
            {
                Kind = "avg_pool3d",
                KernelSize = new long[] { 2, 3, 2 },
                Stride = 2,
                Padding = 1,
                CeilMode = true,
                CountIncludePad = false,
            },
            [2, 4, 6, 7]
        ),
        new("3d, divisor", new AvgPool { Kind = "avg_pool3d", KernelSize = 2, DivisorOverride = 3 }, [2, 4, 5, 6]),
        new(
            "3d, same, padding does not count",
            new AvgPool { Kind = "avg_pool3d", KernelSize = 2, Padding = Padding.Same, CountIncludePad = false },
            [2, 3, 5, 4]
        ),
        new(
            "one-sided",
            new AvgPool
            {
                Kind = "avg_pool2d",
                KernelSize = 3,
                Stride = 2,
                Padding = new(false, new long[] { 0, 1 }) { After = new long[] { 1, 0 } },
            },
            [3, 8, 7]
        ),
        new(
            "1d, causal",
            new AvgPool { Kind = "avg_pool1d", KernelSize = 4, Stride = 1, Padding = Padding.Causal, CountIncludePad = false },
            [3, 9]
        ),
    ];
}
