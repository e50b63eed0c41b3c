using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>PyTorch's own layers, where a row names them.</summary>
internal static class PlainModules
{
    public static IEnumerable<(string Name, Module Module)> All =>
    [
        ("nn.Upsample", new(false, false, Upsample)),
        ("nn.MaxPool2d", new(false, false, call => Pool(call, "max_pool2d"))),
        ("MP", new(false, false, call => Add(call, Layers.Of("max_pool2d", ("kernel_size", call.Arguments.Size(0, 2)))))),
        ("nn.AvgPool2d", new(false, false, call => Pool(call, "avg_pool2d"))),
        ("nn.AdaptiveAvgPool2d", new(false, false, call => Add(
            call, Layers.Of("adaptive_avg_pool2d", ("output_size", BlockWriter.Numbers(call.Arguments.Sizes(0, 1))))))),
        ("nn.ZeroPad2d", new(false, false, call => Add(call, Layers.Of("pad2d", ("padding", Layers.List(Sides(call))))))),
        ("nn.BatchNorm2d", new(false, false, call => Add(call, BlockWriter.Norm()))),
        ("nn.Conv2d", new(false, false, Conv)),
        ("nn.Dropout", new(false, false, call => Add(call, Layers.Of("dropout", ("p", call.Arguments.Number(0, 0.5)))))),
        ("nn.Dropout2d", new(false, false, call => Add(call, Layers.Of("dropout2d", ("p", call.Arguments.Number(0, 0.5)))))),
        ("nn.PixelShuffle", new(false, false, Shuffle)),
        ("nn.Identity", new(false, false, call => Add(call, Layers.Of("identity")))),
        ("Identity", new(false, false, call => Add(call, Layers.Of("identity")))),
        .. YoloActivations.Names.Select(name => ($"nn.{name}", new Module(false, false, call => Add(call, AsLayer(name))))),
    ];

    private static JsonObject AsLayer(string name) =>
        YoloActivations.Find($"nn.{name}()") switch
        {
            JsonObject full => full,
            var type => Layers.Of(type!.GetValue<string>()),
        };

    private static long Add(ModuleCall call, JsonObject layer)
    {
        call.Writer.Add(call.Name(layer["type"]!.GetValue<string>()), layer, call.From);
        return call.In;
    }

    /// <summary>Upsample(size, scale_factor, mode='nearest', align_corners=None).</summary>
    private static long Upsample(ModuleCall call)
    {
        var args = call.Arguments;
        var mode = args.Text(2) ?? "nearest";
        if (mode is not ("nearest" or "bilinear"))
            throw new RowException($"the mode of Upsample is '{mode}'; nearest and bilinear are known.");
        return Add(call, Layers.Of(
            "upsample",
            ("size", args.Has(0) ? BlockWriter.Numbers(args.Sizes(0)) : null),
            ("scale_factor", args.Has(0) ? null : args.Number(1, 2)),
            ("mode", mode == "nearest" ? null : mode),
            ("align_corners", mode == "bilinear" && args.Flag(3, false) ? true : null)
        ));
    }

    private static long Pool(ModuleCall call, string type)
    {
        var args = call.Arguments;
        return Add(call, Layers.Of(
            type,
            ("kernel_size", BlockWriter.Numbers(args.Sizes(0, 2))),
            ("stride", args.Has(1) ? BlockWriter.Numbers(args.Sizes(1)) : null),
            ("padding", args.Has(2) && args.Whole(2) > 0 ? args.Whole(2) : null)
        ));
    }

    private static long Conv(ModuleCall call)
    {
        var args = call.Arguments;
        var width = args.Size(args.Count > 1 ? 1 : 0);
        Add(call, Layers.Of(
            "conv2d",
            ("in_channels", args.Count > 1 ? args.Size(0) : null),
            ("out_channels", width),
            ("kernel_size", BlockWriter.Numbers(args.Sizes(2, 1))),
            ("stride", BlockWriter.Numbers(args.Sizes(3, 1))),
            ("padding", args.Whole(4, 0))
        ));
        return width;
    }

    private static long Shuffle(ModuleCall call)
    {
        var factor = Math.Min(call.Arguments.Size(0, 2), 1000);
        Add(call, Layers.Of("pixel_shuffle", ("factor", factor)));
        return Math.Max(1, call.In / (factor * factor));
    }

    private static long[] Sides(ModuleCall call) =>
        call.Arguments[0] is IReadOnlyList<object?> { Count: 4 } sides && sides.All(side => side is long and >= 0 and <= 10_000)
            ? [.. sides.Select(side => (long)side!)]
            : [.. Enumerable.Repeat(call.Arguments.Whole(0, 0), 4)];
}
