using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>The modules of YOLOv9: ELAN blocks, downsampling in two halves, and levels that are summed.</summary>
internal static class ElanModules
{
    public static IEnumerable<(string Name, Module Module)> All =>
    [
        ("RepNCSPELAN4", new(true, false, RepElan)),
        ("ELAN1", new(true, false, Elan)),
        ("AConv", new(true, false, AConv)),
        ("ADown", new(true, false, ADown)),
        ("SPPELAN", new(true, false, SppElan)),
        ("SPP", new(true, false, Spp)),
        ("SPPF", new(true, false, Sppf)),
    ];

    public static JsonObject Pool(long kernel) =>
        Layers.Of("max_pool2d", ("kernel_size", kernel), ("stride", 1), ("padding", kernel / 2));

    /// <summary>RepNCSPELAN4(c2, c3, c4, n=1).</summary>
    private static long RepElan(ModuleCall call)
    {
        var (c3, c4, times) = (call.Arguments.Size(1), call.Arguments.Size(2), call.Arguments.Size(3, 1));
        return Elan(call, c3, (writer, prefix, from) =>
        {
            CspModules.RepCsp(writer, $"{prefix}0.", from, c4, times);
            return writer.Conv($"{prefix}1", $"{prefix}0.cv3", c4, 3);
        });
    }

    private static long Elan(ModuleCall call)
    {
        var c4 = call.Arguments.Size(2);
        return Elan(call, call.Arguments.Size(1), (writer, prefix, from) => writer.Conv($"{prefix}0", from, c4, 3));
    }

    private static long Elan(ModuleCall call, long c3, Func<BlockWriter, string, string, string> step)
    {
        call.Writer.Conv(call.Name("cv1"), call.From, c3);
        var split = call.Writer.Add(call.Name("split"), Layers.Of("split", ("sections", 2)));
        var second = step(call.Writer, call.Name("cv2."), $"{split}:1");
        var third = step(call.Writer, call.Name("cv3."), second);
        var joined = call.Writer.Concat(call.Name("cat"), $"{split}:0", $"{split}:1", second, third);
        call.Writer.Conv(call.Name("cv4"), joined, call.Out);
        return call.Out;
    }

    private static JsonObject Blur() => Layers.Of("avg_pool2d", ("kernel_size", 2), ("stride", 1));

    private static long AConv(ModuleCall call)
    {
        call.Writer.Add(call.Name("pool"), Blur(), call.From);
        call.Writer.Conv(call.Name("cv1"), null, call.Out, [3], [2], 1);
        return call.Out;
    }

    /// <summary>One half of the channels by a convolution with stride 2, the other by a max pooling and a 1x1 convolution.</summary>
    private static long ADown(ModuleCall call)
    {
        call.Writer.Add(call.Name("pool"), Blur(), call.From);
        var split = call.Writer.Add(call.Name("split"), Layers.Of("split", ("sections", 2)));
        var first = call.Writer.Conv(call.Name("cv1"), $"{split}:0", call.Out / 2, [3], [2], 1);
        var pool = Layers.Of("max_pool2d", ("kernel_size", 3), ("stride", 2), ("padding", 1));
        var second = call.Writer.Conv(call.Name("cv2"), call.Writer.Add(call.Name("max"), pool, $"{split}:1"), call.Out / 2);
        call.Writer.Concat(call.Name("cat"), first, second);
        return call.Out / 2 * 2;
    }

    private static long SppElan(ModuleCall call)
    {
        Pyramid(call, call.Arguments.Size(1), call.Arguments.Size(2, 5), 3, "cv5");
        return call.Out;
    }

    /// <summary>SPP(c2, k=(5, 9, 13)).</summary>
    private static long Spp(ModuleCall call)
    {
        var first = call.Writer.Conv(call.Name("cv1"), call.From, Math.Max(1, call.In / 2));
        var pools = call.Arguments.Sizes(1, 5, 9, 13)
            .Select((kernel, i) => call.Writer.Add(call.Name($"m.{i}"), Pool(kernel), first))
            .ToList();
        call.Writer.Conv(call.Name("cv2"), call.Writer.Concat(call.Name("cat"), [first, .. pools]), call.Out);
        return call.Out;
    }

    /// <summary>SPPF(c2, k=5, n=3, shortcut=False).</summary>
    private static long Sppf(ModuleCall call)
    {
        var (kernel, times) = (call.Arguments.Size(1, 5), Math.Min(call.Arguments.Size(2, 3), 64));
        if (call.Arguments.Flag(3, false) && call.In == call.Out)
        {
            call.Writer.Merge(call.Name("add"), "add", call.From, (list, input) =>
                Pyramid(call with { Writer = list, From = input }, Math.Max(1, call.In / 2), kernel, times, "cv2"), (_, _) => null);
            return call.Out;
        }

        Pyramid(call, Math.Max(1, call.In / 2), kernel, times, "cv2");
        return call.Out;
    }

    private static string Pyramid(ModuleCall call, long hidden, long kernel, long times, string end)
    {
        var parts = new List<string> { call.Writer.Conv(call.Name("cv1"), call.From, hidden) };
        for (var i = 0; i < times; i++)
            parts.Add(call.Writer.Add(call.Name($"m.{i}"), Pool(kernel), parts[^1]));
        return call.Writer.Conv(call.Name(end), call.Writer.Concat(call.Name("cat"), parts), call.Out);
    }
}
