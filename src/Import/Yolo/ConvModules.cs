using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>Convolutions and what is made of two or three of them.</summary>
internal static class ConvModules
{
    public static IEnumerable<(string Name, Module Module)> All =>
    [
        ("Conv", new(true, false, Conv)),
        ("Conv2", new(true, false, Conv)),
        ("ConvBNSiLU", new(true, false, Conv)),
        ("DWConv", new(true, false, DepthwiseConv)),
        ("LightConv", new(true, false, call => Light(call.Writer, call.Prefix, call.From, call.Out, call.Arguments.Size(1, 1)))),
        ("Focus", new(true, false, Focus)),
        ("RepConv", new(true, false, call => RepConv(
            call.Writer, call.Prefix, call.From, call.Out, call.Arguments.Size(1, 3), call.Arguments.Size(2, 1)))),
        ("GhostConv", new(true, false, call => Ghost(
            call.Writer, call.Prefix, call.From, call.Out, call.Arguments.Size(1, 1), call.Arguments.Size(2, 1)))),
        ("Bottleneck", new(true, false, call => Bottleneck(
            call, call.Prefix, call.From, call.In, call.Out, call.Arguments.Flag(1, true), call.Settings.HasAnchors ? [1, 3] : [3, 3], 0.5,
            call.Arguments.Size(2, 1)))),
        ("GhostBottleneck", new(true, false, call => GhostBottleneck(
            call.Writer, call.Prefix, call.From, call.In, call.Out, call.Arguments.Size(1, 3), call.Arguments.Size(2, 1)))),
        ("ConvTranspose", new(true, false, call => Transposed(call, hasNorm: true))),
        ("nn.ConvTranspose2d", new(true, false, call => Transposed(call, hasNorm: false))),
        ("SCDown", new(true, false, ScDown)),
        ("space_to_depth", new(false, false, SpaceToDepth)),
        ("ReOrg", new(false, false, SpaceToDepth)),
    ];

    /// <summary>Conv(c2, k=1, s=1, p=None, g=1, d=1, act=True).</summary>
    private static long Conv(ModuleCall call)
    {
        var args = call.Arguments;
        call.Writer.Conv(
            call.Name("conv"),
            call.From,
            call.Out,
            args.Sizes(1, 1),
            args.Sizes(2, 1),
            args.Has(3) ? args.Whole(3) : null,
            args.Size(4, 1),
            args.Size(5, 1),
            args[6] is not false
        );
        return call.Out;
    }

    private static long DepthwiseConv(ModuleCall call)
    {
        var args = call.Arguments;
        var groups = (long)System.Numerics.BigInteger.GreatestCommonDivisor(call.In, call.Out);
        var (kernel, stride) = (args.Sizes(1, 1), args.Sizes(2, 1));
        call.Writer.Conv(call.Name("conv"), call.From, call.Out, kernel, stride, null, groups, args.Size(3, 1), args[4] is not false);
        return call.Out;
    }

    /// <summary>A 1x1 convolution, then a depthwise one.</summary>
    public static long Light(BlockWriter writer, string prefix, string? from, long width, long kernel, JsonNode? act = null)
    {
        var point = writer.Conv($"{prefix}conv1", from, width, 1, act: false);
        writer.Conv($"{prefix}conv2", point, width, [kernel], groups: width, other: act);
        return width;
    }

    /// <summary>2x2 blocks become channels, then a convolution. The order of the channels is pixel_unshuffle's, not Focus's.</summary>
    private static long Focus(ModuleCall call)
    {
        call.Writer.Add(call.Name("space"), Layers.Of("pixel_unshuffle", ("factor", 2)), call.From);
        var args = call.Arguments;
        call.Writer.Conv(call.Name("conv"), null, call.Out, args.Sizes(1, 1), args.Sizes(2, 1), args.Has(3) ? args.Whole(3) : null);
        return call.Out;
    }

    private static long SpaceToDepth(ModuleCall call)
    {
        call.Writer.Add(call.Name("space"), Layers.Of("pixel_unshuffle", ("factor", 2)), call.From);
        return call.In * 4;
    }

    /// <summary>act(k×k convolution + 1x1 convolution).</summary>
    public static long RepConv(BlockWriter writer, string prefix, string? from, long width, long kernel, long stride)
    {
        var sum = writer.Merge(
            $"{prefix}add",
            "add",
            from,
            (list, input) => list.Conv($"{prefix}conv1", input, width, kernel, stride, act: false),
            (list, input) => list.Conv($"{prefix}conv2", input, width, 1, stride, act: false)
        );
        writer.Activate($"{prefix}act", sum);
        return width;
    }

    /// <summary>Half of the channels by a convolution, the other half from those by a depthwise 5x5 one.</summary>
    public static long Ghost(BlockWriter writer, string prefix, string? from, long width, long kernel, long stride, bool act = true)
    {
        var half = width / 2;
        var first = writer.Conv($"{prefix}cv1", from, half, kernel, stride, act: act);
        var second = writer.Conv($"{prefix}cv2", first, half, 5, groups: half, act: act);
        writer.Concat($"{prefix}cat", first, second);
        return 2 * half;
    }

    /// <returns>The name of the last layer.</returns>
    public static string GhostConv(BlockWriter writer, string prefix, string? from, long width, bool act)
    {
        Ghost(writer, prefix, from, width, 1, 1, act);
        return $"{prefix}cat";
    }

    public static long GhostBottleneck(BlockWriter writer, string prefix, string? from, long c1, long c2, long kernel, long stride)
    {
        writer.Merge($"{prefix}add", "add", from, Main, Shortcut);
        return c2;

        string Main(BlockWriter list, string? input)
        {
            var first = GhostConv(list, $"{prefix}conv.0.", input, c2 / 2, act: true);
            if (stride == 2)
                first = list.Conv($"{prefix}conv.1", first, c2 / 2, kernel, stride, c2 / 2, act: false);
            return GhostConv(list, $"{prefix}conv.2.", first, c2, act: false);
        }

        string? Shortcut(BlockWriter list, string? input)
        {
            if (stride != 2)
                return null;
            var smaller = list.Conv($"{prefix}shortcut.0", input, c1, kernel, stride, c1, act: false);
            return list.Conv($"{prefix}shortcut.1", smaller, c2, 1, act: false);
        }
    }

    /// <summary>Two convolutions, and the input added where shortcut is set and the widths are equal.</summary>
    /// <returns>The channels of the output.</returns>
    public static long Bottleneck(
        ModuleCall call,
        string prefix,
        string? from,
        long c1,
        long c2,
        bool shortcut,
        long[] kernels,
        double expansion,
        long groups
    )
    {
        Bottleneck(call.Writer, prefix, from, c1, c2, shortcut, kernels, expansion, groups);
        return c2;
    }

    /// <returns>The name of the last layer.</returns>
    public static string Bottleneck(
        BlockWriter writer,
        string prefix,
        string? from,
        long c1,
        long c2,
        bool shortcut,
        long[] kernels,
        double expansion,
        long groups = 1
    )
    {
        return shortcut && c1 == c2 ? writer.Merge($"{prefix}add", "add", from, Main, (_, _) => null) : Main(writer, from);

        string Main(BlockWriter list, string? input)
        {
            var first = list.Conv($"{prefix}cv1", input, (long)(c2 * expansion), kernels[0]);
            return list.Conv($"{prefix}cv2", first, c2, kernels[1], groups: groups);
        }
    }

    private static long Transposed(ModuleCall call, bool hasNorm)
    {
        var args = call.Arguments;
        var norm = hasNorm && args[4] is not false;
        call.Writer.Add(
            call.Name("conv"),
            Layers.Of(
                "conv_transpose2d",
                ("out_channels", call.Out),
                ("kernel_size", BlockWriter.Numbers(args.Sizes(1, hasNorm ? 2 : 1))),
                ("stride", BlockWriter.Numbers(args.Sizes(2, hasNorm ? 2 : 1))),
                ("padding", args.Whole(3, 0)),
                ("bias", norm ? false : null),
                ("norm", norm ? BlockWriter.Norm() : null),
                ("activation", hasNorm && args[5] is not false ? call.Settings.Activation?.DeepClone() : null)
            ),
            call.From
        );
        return call.Out;
    }

    /// <summary>A 1x1 convolution, then a depthwise one with the stride.</summary>
    private static long ScDown(ModuleCall call)
    {
        var first = call.Writer.Conv(call.Name("cv1"), call.From, call.Out);
        call.Writer.Conv(call.Name("cv2"), first, call.Out, call.Arguments.Size(1), call.Arguments.Size(2), call.Out, act: false);
        return call.Out;
    }
}
