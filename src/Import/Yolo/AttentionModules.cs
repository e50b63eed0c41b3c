namespace ConcatService.Import.Yolo;

/// <summary>The modules of YOLOv10 to 12 with attention over all places of a map.</summary>
internal static class AttentionModules
{
    /// <summary>What the language cannot say of them.</summary>
    private const string Core = "softmax(q·k)·v";

    public static IEnumerable<(string Name, Module Module)> All =>
    [
        ("PSA", new(true, false, Psa)),
        ("C2PSA", new(true, true, C2Psa)),
        ("C2fPSA", new(true, true, C2fPsa)),
        ("A2C2f", new(true, true, A2C2f)),
        ("CBAM", new(false, false, Cbam)),
    ];

    /// <summary>
    /// CBAM(c1, kernel_size=7) as Ultralytics has it: one 1x1 convolution weighs the channels by their means, a 7x7 one the places by mean and
    /// maximum.
    /// </summary>
    private static long Cbam(ModuleCall call)
    {
        var kernel = call.Arguments.Size(1, 7);
        var channels = call.Writer.Merge(call.Name("channels"), "multiply", call.From, (_, _) => null, (list, input) =>
        {
            var mean = list.Add(call.Name("pool"), Layers.Of("global_avg_pool", ("keep_dims", true)), input);
            return list.Add(call.Name("sigmoid1"), Layers.Of("sigmoid"), list.Plain(call.Name("fc"), mean, call.In));
        });
        var places = call.Writer.Concat(
            call.Name("cat"),
            call.Writer.Add(call.Name("mean"), Layers.Of("channel_mean"), channels),
            call.Writer.Add(call.Name("max"), Layers.Of("channel_max"), channels)
        );
        var window = Layers.Of(
            "conv2d", ("out_channels", 1), ("kernel_size", kernel), ("padding", kernel / 2), ("bias", false), ("activation", "sigmoid"));
        call.Writer.Add(call.Name("places"), Layers.Of("multiply"), channels, call.Writer.Add(call.Name("cv1"), window, places));
        return call.In;
    }

    /// <summary>PSA(c2, e=0.5).</summary>
    private static long Psa(ModuleCall call)
    {
        var hidden = Math.Max(1, (long)(call.In * call.Arguments.Number(1, 0.5)));
        var split = Halves(call, hidden);
        var last = PsaBlock(call, call.Writer, call.Prefix, $"{split}:1", hidden);
        call.Writer.Conv(call.Name("cv2"), call.Writer.Concat(call.Name("cat"), $"{split}:0", last), call.In);
        return call.In;
    }

    /// <summary>C2PSA(c2, e=0.5): the second half goes through n blocks.</summary>
    private static long C2Psa(ModuleCall call)
    {
        var hidden = Math.Max(1, (long)(call.In * call.Arguments.Number(1, 0.5)));
        var split = Halves(call, hidden);
        var last = $"{split}:1";
        for (var i = 0; i < call.Repeats; i++)
            last = PsaBlock(call, call.Writer, call.Name($"m.{i}."), last, hidden);
        call.Writer.Conv(call.Name("cv2"), call.Writer.Concat(call.Name("cat"), $"{split}:0", last), call.In);
        return call.In;
    }

    private static long C2fPsa(ModuleCall call)
    {
        var hidden = Math.Max(1, (long)(call.Out * call.Arguments.Number(1, 0.5)));
        var split = Halves(call, hidden);
        var parts = new List<string> { $"{split}:0", $"{split}:1" };
        for (var i = 0; i < call.Repeats; i++)
            parts.Add(PsaBlock(call, call.Writer, call.Name($"m.{i}."), parts[^1], hidden));
        call.Writer.Conv(call.Name("cv2"), call.Writer.Concat(call.Name("cat"), parts), call.Out);
        return call.Out;
    }

    private static string Halves(ModuleCall call, long hidden)
    {
        call.Writer.Conv(call.Name("cv1"), call.From, 2 * hidden);
        return call.Writer.Add(call.Name("split"), Layers.Of("split", ("sections", 2)));
    }

    /// <summary>Attention and a two-layer network, each added to its input.</summary>
    public static string PsaBlock(ModuleCall call, BlockWriter writer, string prefix, string from, long width)
    {
        var heads = Math.Max(1, width / 64);
        var key = Math.Max(1, width / heads / 2);
        var attended = Attention(call, writer, $"{prefix}attn.", from, width, width + (2 * key * heads), 3);
        var sum = writer.Sum($"{prefix}add1", from, attended);
        var wide = writer.Conv($"{prefix}ffn.0", sum, 2 * width);
        var narrow = writer.Conv($"{prefix}ffn.1", wide, width, 1, act: false);
        return writer.Sum($"{prefix}add2", sum, narrow);
    }

    /// <summary>
    /// One convolution gives queries, keys and values; a depthwise one of the values tells places apart. In place of the product that the
    /// language lacks, the values go on as they are.
    /// </summary>
    private static string Attention(ModuleCall call, BlockWriter writer, string prefix, string from, long width, long wide, long kernel)
    {
        var qkv = writer.Conv($"{prefix}qkv", from, wide, 1, act: false);
        var values = writer.Add($"{prefix}v", Layers.Of("slice", ("axis", "channels"), ("start", wide - width)), qkv);
        var core = Layers.Exists("opaque")
            ? Layers.Of("opaque", ("of", Core), ("like", values), ("parameters", 0))
            : Layers.Of("identity");
        var product = writer.Add($"{prefix}attend", core, values);
        call.Gap(Core, 0);
        var places = writer.Conv($"{prefix}pe", values, width, kernel, groups: width, act: false);
        return writer.Conv($"{prefix}proj", writer.Sum($"{prefix}add", product, places), width, 1, act: false);
    }

    /// <summary>A2C2f(c2, a2=True, area=1, residual=False, mlp_ratio=2.0, e=0.5, g=1, shortcut=True) of YOLO12.</summary>
    private static long A2C2f(ModuleCall call)
    {
        var args = call.Settings.Scale is "l" or "x" ? call.Arguments.With(3, true).With(4, 1.2) : call.Arguments;
        var hidden = Math.Max(1, (long)(call.Out * args.Number(5, 0.5)));
        var (areas, shortcut) = (args.Flag(1, true), args.Flag(7, true));
        if (areas && args.Flag(3, false) && call.In == call.Out)
            call.Writer.Merge(call.Name("add"), "add", call.From, Scaled, (_, _) => null);
        else
            Main(call.Writer, call.From);
        return call.Out;

        // The learned scale of each channel is a depthwise 1x1 convolution without bias.
        string Scaled(BlockWriter list, string? input)
        {
            var scale = Layers.Of(
                "conv2d", ("out_channels", call.Out), ("kernel_size", 1), ("groups", call.Out), ("bias", false));
            return list.Add(call.Name("gamma"), scale, Main(list, input));
        }

        string Main(BlockWriter list, string? input)
        {
            var parts = new List<string> { list.Conv(call.Name("cv1"), input, hidden) };
            for (var i = 0; i < call.Repeats; i++)
                parts.Add(areas
                    ? AreaBlock(list, call.Name($"m.{i}.1."), AreaBlock(list, call.Name($"m.{i}.0."), parts[^1]))
                    : CspModules.C3(list, call.Name($"m.{i}."), parts[^1], hidden, 2, 0.5, (inner, at, from, width) =>
                        ConvModules.Bottleneck(inner, at, from, width, width, shortcut, [3, 3], 1)));
            return list.Conv(call.Name("cv2"), list.Concat(call.Name("cat"), parts), call.Out);
        }

        string AreaBlock(BlockWriter list, string prefix, string from)
        {
            var sum = list.Sum($"{prefix}add1", from, Attention(call, list, $"{prefix}attn.", from, hidden, 3 * hidden, 7));
            var wide = list.Conv($"{prefix}mlp.0", sum, Math.Max(1, (long)(hidden * args.Number(4, 2))));
            return list.Sum($"{prefix}add2", sum, list.Conv($"{prefix}mlp.1", wide, hidden, 1, act: false));
        }
    }
}
