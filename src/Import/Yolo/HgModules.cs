namespace ConcatService.Import.Yolo;

/// <summary>The backbone of RT-DETR (PP-HGNetV2). Their widths are not scaled.</summary>
internal static class HgModules
{
    public static IEnumerable<(string Name, Module Module)> All =>
    [
        ("HGStem", new(false, false, Stem)),
        ("HGBlock", new(false, true, Block)),
    ];

    /// <summary>HGStem(cm, c2).</summary>
    private static long Stem(ModuleCall call)
    {
        var (middle, width) = (call.Arguments.Size(0), call.Arguments.Size(1));
        var writer = call.Writer;
        writer.Conv(call.Name("stem1"), call.From, middle, [3], [2], other: "relu");
        var first = writer.Add(call.Name("pad1"), Pad());
        var small = writer.Conv(call.Name("stem2a"), first, middle / 2, [2], null, 0, other: "relu");
        var padded = writer.Add(call.Name("pad2"), Pad(), small);
        var back = writer.Conv(call.Name("stem2b"), padded, middle, [2], null, 0, other: "relu");
        var pool = writer.Add(
            call.Name("pool"), Layers.Of("max_pool2d", ("kernel_size", 2), ("stride", 1), ("ceil_mode", true)), first);
        var joined = writer.Concat(call.Name("cat"), pool, back);
        var third = writer.Conv(call.Name("stem3"), joined, middle, [3], [2], other: "relu");
        writer.Conv(call.Name("stem4"), third, width, [1], other: "relu");
        return width;
    }

    /// <summary>One column on the right and one row below.</summary>
    private static System.Text.Json.Nodes.JsonObject Pad() => Layers.Of("pad2d", ("padding", Layers.List(0, 1, 0, 1)));

    /// <summary>HGBlock(cm, c2, k=3, lightconv=False, shortcut=False), n convolutions of which every output is kept.</summary>
    private static long Block(ModuleCall call)
    {
        var args = call.Arguments;
        var (middle, width, kernel) = (args.Size(0), args.Size(1), args.Size(2, 3));
        if (args.Flag(4, false) && call.In == width)
            call.Writer.Merge(call.Name("add"), "add", call.From, Main, (_, _) => null);
        else
            Main(call.Writer, call.From);
        return width;

        string Main(BlockWriter list, string? input)
        {
            var start = input ?? list.Add(call.Name("in"), Layers.Of("identity"));
            var parts = new List<string> { start };
            for (var i = 0; i < call.Repeats; i++)
            {
                var prefix = call.Name($"m.{i}");
                if (args.Flag(3, false))
                {
                    ConvModules.Light(list, $"{prefix}.", parts[^1], middle, kernel, "relu");
                    parts.Add($"{prefix}.conv2");
                }
                else
                {
                    parts.Add(list.Conv(prefix, parts[^1], middle, [kernel], other: "relu"));
                }
            }

            var squeezed = list.Conv(call.Name("sc"), list.Concat(call.Name("cat"), parts), width / 2, [1], other: "relu");
            return list.Conv(call.Name("ec"), squeezed, width, [1], other: "relu");
        }
    }
}
