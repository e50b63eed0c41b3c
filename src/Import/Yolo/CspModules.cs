namespace ConcatService.Import.Yolo;

/// <summary>
/// Modules in which a part of the channels goes through a chain of smaller modules: the C3 family, where a 1x1 convolution makes each part,
/// and the C2f family, where one is split and every step of the chain is kept.
/// </summary>
internal static class CspModules
{
    /// <summary>A module of the chain: writes itself and returns the name of its last layer.</summary>
    public delegate string Step(BlockWriter writer, string prefix, string? from, long width);

    public static IEnumerable<(string Name, Module Module)> All =>
    [
        ("C1", new(true, true, C1)),
        ("C2", new(true, true, C2)),
        ("C3", new(true, true, call => C3(call, Bottlenecks(call, [1, 3])))),
        ("C3x", new(true, true, call => C3(call, CrossBottlenecks(call)))),
        ("C3k", new(true, true, call => C3(call, Bottlenecks(call, [call.Arguments.Size(4, 3), call.Arguments.Size(4, 3)])))),
        ("C3Ghost", new(true, true, call => C3(call, GhostStep))),
        ("RepCSP", new(true, false, call => RepCsp(call.Writer, call.Prefix, call.From, call.Out, call.Arguments.Size(1, 1)))),
        ("BottleneckCSP", new(true, true, BottleneckCsp)),
        ("RepC3", new(true, true, RepC3)),
        ("C2f", new(true, true, call => C2f(call, call.Arguments.Number(3, 0.5), Square(call)))),
        ("C3k2", new(true, true, C3k2)),
        ("C2fCIB", new(true, true, C2fCib)),
        ("CIB", new(true, false, call => Cib(
            call.Writer, call.Prefix, call.From, call.In, call.Out, call.Arguments.Flag(1, true), 0.5, false))),
    ];

    /// <summary>Bottlenecks of C3: shortcut and groups are its second and third arguments.</summary>
    private static Step Bottlenecks(ModuleCall call, long[] kernels) =>
        (writer, prefix, from, width) => ConvModules.Bottleneck(
            writer, prefix, from, width, width, call.Arguments.Flag(1, true), kernels, 1, call.Arguments.Size(2, 1));

    /// <summary>1x3, then 3x1 kernels.</summary>
    private static Step CrossBottlenecks(ModuleCall call)
    {
        var shortcut = call.Arguments.Flag(1, true);
        var groups = call.Arguments.Size(2, 1);
        return (writer, prefix, from, width) =>
        {
            return shortcut ? writer.Merge($"{prefix}add", "add", from, Main, (_, _) => null) : Main(writer, from);

            string Main(BlockWriter list, string? input)
            {
                var first = list.Conv($"{prefix}cv1", input, width, [1, 3]);
                return list.Conv($"{prefix}cv2", first, width, [3, 1], groups: groups);
            }
        };
    }

    private static string GhostStep(BlockWriter writer, string prefix, string? from, long width)
    {
        ConvModules.GhostBottleneck(writer, prefix, from, width, width, 3, 1);
        return $"{prefix}add";
    }

    /// <summary>Bottlenecks of C2f, with two 3x3 kernels.</summary>
    private static Step Square(ModuleCall call) =>
        (writer, prefix, from, width) => ConvModules.Bottleneck(
            writer, prefix, from, width, width, call.Arguments.Flag(1, false), [3, 3], 1, call.Arguments.Size(2, 1));

    private static long Hidden(long width, double expansion) => Math.Max(1, (long)(width * expansion));

    private static string Chain(BlockWriter writer, string prefix, string? from, long width, long times, Step step)
    {
        var last = from;
        for (var i = 0; i < times; i++)
            last = step(writer, $"{prefix}m.{i}.", last, width);
        return last!;
    }

    private static long C1(ModuleCall call)
    {
        var first = call.Writer.Conv(call.Name("cv1"), call.From, call.Out);
        call.Writer.Merge(
            call.Name("add"),
            "add",
            first,
            (list, input) => Chain(list, call.Prefix, input, call.Out, call.Repeats, (writer, prefix, from, width) =>
                writer.Conv($"{prefix}conv", from, width, 3)),
            (_, _) => null
        );
        return call.Out;
    }

    private static long C2(ModuleCall call)
    {
        var hidden = Hidden(call.Out, call.Arguments.Number(3, 0.5));
        call.Writer.Conv(call.Name("cv1"), call.From, 2 * hidden);
        var split = call.Writer.Add(call.Name("split"), Layers.Of("split", ("sections", 2)));
        var last = Chain(call.Writer, call.Prefix, $"{split}:0", hidden, call.Repeats, (writer, prefix, from, width) =>
            ConvModules.Bottleneck(writer, prefix, from, width, width, call.Arguments.Flag(1, true), [3, 3], 1, call.Arguments.Size(2, 1)));
        var joined = call.Writer.Concat(call.Name("cat"), last, $"{split}:1");
        call.Writer.Conv(call.Name("cv2"), joined, call.Out);
        return call.Out;
    }

    /// <summary>C3(c2, shortcut=True, g=1, e=0.5).</summary>
    private static long C3(ModuleCall call, Step step)
    {
        C3(call.Writer, call.Prefix, call.From, call.Out, call.Repeats, call.Arguments.Number(3, 0.5), step);
        return call.Out;
    }

    public static string C3(BlockWriter writer, string prefix, string? from, long width, long times, double expansion, Step step)
    {
        var hidden = Hidden(width, expansion);
        var joined = writer.Merge(
            $"{prefix}cat",
            "concat",
            from,
            (list, input) => Chain(list, prefix, list.Conv($"{prefix}cv1", input, hidden), hidden, times, step),
            (list, input) => list.Conv($"{prefix}cv2", input, hidden)
        );
        return writer.Conv($"{prefix}cv3", joined, width);
    }

    /// <summary>C3 of bottlenecks whose first convolution is a RepConv.</summary>
    public static long RepCsp(BlockWriter writer, string prefix, string? from, long width, long times)
    {
        C3(writer, prefix, from, width, times, 0.5, RepBottleneck);
        return width;
    }

    private static string RepBottleneck(BlockWriter writer, string prefix, string? from, long width)
    {
        return writer.Merge($"{prefix}add", "add", from, Main, (_, _) => null);

        string Main(BlockWriter list, string? input)
        {
            ConvModules.RepConv(list, $"{prefix}cv1.", input, width, 3, 1);
            return list.Conv($"{prefix}cv2", $"{prefix}cv1.act", width, 3);
        }
    }

    /// <summary>BottleneckCSP(c2, shortcut=True, g=1, e=0.5): two convolutions of it have neither norm nor activation.</summary>
    private static long BottleneckCsp(ModuleCall call)
    {
        var hidden = Hidden(call.Out, call.Arguments.Number(3, 0.5));
        var joined = call.Writer.Merge(call.Name("cat"), "concat", call.From, Long, (list, input) => Bare(list, call.Name("cv2"), input));
        var norm = call.Writer.Add(call.Name("bn"), BlockWriter.Norm(), joined);
        var act = call.Writer.Activate(call.Name("act"), norm);
        call.Writer.Conv(call.Name("cv4"), act, call.Out);
        return call.Out;

        string Long(BlockWriter list, string? input)
        {
            var first = list.Conv(call.Name("cv1"), input, hidden);
            var last = Chain(list, call.Prefix, first, hidden, call.Repeats, Bottlenecks(call, [1, 3]));
            return Bare(list, call.Name("cv3"), last);
        }

        string Bare(BlockWriter list, string name, string? input) =>
            list.Add(name, Layers.Of("conv2d", ("out_channels", hidden), ("kernel_size", 1), ("bias", false)), input);
    }

    /// <summary>RepC3(c2, e=1.0) of RT-DETR.</summary>
    private static long RepC3(ModuleCall call)
    {
        var hidden = Hidden(call.Out, call.Arguments.Number(1, 1));
        var sum = call.Writer.Merge(
            call.Name("add"),
            "add",
            call.From,
            (list, input) => Chain(list, call.Prefix, list.Conv(call.Name("cv1"), input, hidden), hidden, call.Repeats,
                (writer, prefix, from, width) =>
                {
                    ConvModules.RepConv(writer, prefix, from, width, 3, 1);
                    return $"{prefix}act";
                }),
            (list, input) => list.Conv(call.Name("cv2"), input, hidden)
        );
        if (hidden != call.Out)
            call.Writer.Conv(call.Name("cv3"), sum, call.Out);
        return call.Out;
    }

    /// <summary>C2f(c2, shortcut=False, g=1, e=0.5).</summary>
    private static long C2f(ModuleCall call, double expansion, Step step)
    {
        var hidden = Hidden(call.Out, expansion);
        call.Writer.Conv(call.Name("cv1"), call.From, 2 * hidden);
        var split = call.Writer.Add(call.Name("split"), Layers.Of("split", ("sections", 2)));
        var parts = new List<string> { $"{split}:0", $"{split}:1" };
        for (var i = 0; i < call.Repeats; i++)
            parts.Add(step(call.Writer, call.Name($"m.{i}."), parts[^1], hidden));
        var joined = call.Writer.Concat(call.Name("cat"), parts);
        call.Writer.Conv(call.Name("cv2"), joined, call.Out);
        return call.Out;
    }

    /// <summary>
    /// C3k2(c2, c3k=False, e=0.5, g=1, shortcut=True): C2f of bottlenecks, or of C3k; the larger scales always take those. Since YOLO26
    /// there is <c>attn</c> before <c>g</c>: a bottleneck and an attention block.
    /// </summary>
    private static long C3k2(ModuleCall call)
    {
        var args = call.Arguments;
        var shift = args[3] is bool ? 1 : 0;
        var shortcut = args.Flag(4 + shift, true);
        var groups = args.Size(3 + shift, 1);
        var deep = args.Flag(1, false) || call.Settings.Scale is "m" or "l" or "x";
        Step step = Shallow;
        if (deep)
            step = Deep;
        if (shift == 1 && args.Flag(3, false))
            step = Attending;
        return C2f(call, args.Number(2, 0.5), step);

        string Shallow(BlockWriter writer, string prefix, string? from, long width) =>
            ConvModules.Bottleneck(writer, prefix, from, width, width, shortcut, [3, 3], 0.5, groups);

        string Deep(BlockWriter writer, string prefix, string? from, long width) =>
            C3(writer, prefix, from, width, 2, 0.5, (inner, at, input, hidden) =>
                ConvModules.Bottleneck(inner, at, input, hidden, hidden, shortcut, [3, 3], 1, groups));

        string Attending(BlockWriter writer, string prefix, string? from, long width) =>
            AttentionModules.PsaBlock(call, writer, $"{prefix}1.", Shallow(writer, $"{prefix}0.", from, width), width);
    }

    /// <summary>C2fCIB(c2, shortcut=False, lk=False, g=1, e=0.5).</summary>
    private static long C2fCib(ModuleCall call)
    {
        var (shortcut, large) = (call.Arguments.Flag(1, false), call.Arguments.Flag(2, false));
        return C2f(call, call.Arguments.Number(4, 0.5), (writer, prefix, from, width) =>
        {
            Cib(writer, prefix, from, width, width, shortcut, 1, large);
            return shortcut ? $"{prefix}add" : $"{prefix}cv1.4";
        });
    }

    /// <summary>Depthwise and 1x1 convolutions in turn; <paramref name="large"/> takes 7x7 beside 3x3 kernels in the middle.</summary>
    private static long Cib(
        BlockWriter writer,
        string prefix,
        string? from,
        long c1,
        long c2,
        bool shortcut,
        double expansion,
        bool large
    )
    {
        if (shortcut && c1 == c2)
            writer.Merge($"{prefix}add", "add", from, Main, (_, _) => null);
        else
            Main(writer, from);
        return c2;

        string Main(BlockWriter list, string? input)
        {
            var wide = 2 * Hidden(c2, expansion);
            var last = list.Conv($"{prefix}cv1.0", input, c1, 3, groups: c1);
            last = list.Conv($"{prefix}cv1.1", last, wide);
            if (large)
            {
                last = list.Merge(
                    $"{prefix}cv1.2.add",
                    "add",
                    last,
                    (inner, at) => inner.Conv($"{prefix}cv1.2.conv", at, wide, 7, groups: wide, act: false),
                    (inner, at) => inner.Conv($"{prefix}cv1.2.conv1", at, wide, 3, groups: wide, act: false)
                );
                last = list.Activate($"{prefix}cv1.2", last);
            }
            else
            {
                last = list.Conv($"{prefix}cv1.2", last, wide, 3, groups: wide);
            }

            last = list.Conv($"{prefix}cv1.3", last, c2);
            return list.Conv($"{prefix}cv1.4", last, c2, 3, groups: c2);
        }
    }
}
