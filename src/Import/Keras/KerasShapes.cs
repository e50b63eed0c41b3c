using System.Text.Json;

namespace ConcatService.Import.Keras;

/// <summary>Layers that move, cut and resize.</summary>
internal static class KerasShapes
{
    public static IEnumerable<(string Name, KerasLayers.Writer Write)> All =>
    [
        ("Flatten", call => call.Add(Layers.Of("flatten"))),
        ("Reshape", Reshape),
        ("Permute", call => call.Add(Layers.Of("permute", ("dims", Layers.List([0, .. call.Config.List("dims") ?? throw new LayerException(
            "'dims' is missing")]))))),
        ("RepeatVector", RepeatVector),
        ("UpSampling1D", Upsample),
        ("UpSampling2D", Upsample),
        ("UpSampling3D", Upsample),
        ("Resizing", call => call.Add(Layers.Of(
            "upsample",
            ("size", Layers.List(call.Config.Size("height"), call.Config.Size("width"))),
            ("mode", call.Config.Text("interpolation") == "nearest" ? null : "bilinear")))),
        ("CenterCrop", call => call.Add(Layers.Of(
            "center_crop", ("size", Layers.List(call.Config.Size("height"), call.Config.Size("width")))))),
        ("ZeroPadding1D", call => Pad(call, 1)),
        ("ZeroPadding2D", call => Pad(call, 2)),
        ("ZeroPadding3D", call => Pad(call, 3)),
        ("Cropping1D", call => Crop(call, 1)),
        ("Cropping2D", call => Crop(call, 2)),
        ("Rescaling", Rescale),
    ];

    private static string Reshape(KerasCall call)
    {
        if (call.Config.Member("target_shape") is not { ValueKind: JsonValueKind.Array } list || list.GetArrayLength() is < 1 or > 8)
            throw new LayerException("'target_shape' is no list of sizes");
        var sizes = list.EnumerateArray().Select(size =>
            size.ValueKind == JsonValueKind.Number && size.TryGetInt64(out var whole) && whole is -1 or (>= 1 and <= KerasConfig.MaxSize)
                ? size.GetInt64()
                : throw new LayerException("'target_shape' holds no size"));
        return call.Add(Layers.Of("reshape", ("shape", Layers.List(sizes))));
    }

    /// <summary><c>[features]</c> to <c>[n, features]</c>.</summary>
    private static string RepeatVector(KerasCall call)
    {
        var times = call.Config.Size("n");
        if (call.InputShape?.Channels is not { } width)
            throw new LayerException("the features that it reads are not known");
        var row = call.Add(Layers.Of("reshape", ("shape", Layers.List(1, width))), ".row");
        return call.Add(Layers.Of("expand", ("shape", Layers.List(times, -1))), "", row);
    }

    private static string Upsample(KerasCall call)
    {
        var mode = call.Config.Text("interpolation") ?? "nearest";
        if (mode is not ("nearest" or "bilinear"))
        {
            var shown = mode[..Math.Min(40, mode.Length)];
            call.Gap("interpolation", $"{call.Name}: the interpolation '{shown}' is read as bilinear.", call.Name);
            mode = "bilinear";
        }

        return call.Add(Layers.Of(
            "upsample",
            ("scale_factor", call.Config.Sizes("size") ?? call.Config.Sizes("length") ?? 2),
            ("mode", mode == "nearest" ? null : mode),
            ("data_format", call.OwnFormat)
        ));
    }

    /// <summary>Cells before and after each dimension, from 1, (1, 1) or ((1, 1), (1, 1)).</summary>
    private static (long Before, long After)[] Sides(KerasCall call, string member, int rank)
    {
        var written = call.Config.Member(member);
        if (written is { ValueKind: JsonValueKind.Number } one)
            return [.. Enumerable.Repeat((Cells(one), Cells(one)), rank)];
        if (written is not { ValueKind: JsonValueKind.Array } list)
            return [.. Enumerable.Repeat((1L, 1L), rank)];
        var items = list.EnumerateArray().ToList();
        if (rank == 1 && items is [{ ValueKind: JsonValueKind.Number }, { ValueKind: JsonValueKind.Number }])
            return [(Cells(items[0]), Cells(items[1]))];
        if (items.Count != rank)
            throw new LayerException($"'{member}' does not have {rank} entries");
        return [.. items.Select(item => IsPair(item) ? (Cells(item[0]), Cells(item[1])) : (Cells(item), Cells(item)))];

        static bool IsPair(JsonElement item) => item.ValueKind == JsonValueKind.Array && item.GetArrayLength() == 2;

        static long Cells(JsonElement cells) =>
            cells.ValueKind == JsonValueKind.Number && cells.TryGetInt64(out var whole) && whole is >= 0 and <= 1_000_000
                ? whole
                : throw new LayerException("a border is no whole number of at least 0");
    }

    private static string Pad(KerasCall call, int rank)
    {
        var sides = Sides(call, "padding", rank).AsEnumerable().Reverse().SelectMany(side => new[] { side.Before, side.After });
        return call.Add(Layers.Of($"pad{rank}d", ("padding", Layers.List(sides)), ("data_format", call.OwnFormat)));
    }

    private static string Crop(KerasCall call, int rank)
    {
        var sides = Sides(call, "cropping", rank);
        var first = call.OwnFormat ?? call.Model.Layout;
        var name = call.Input;
        for (var i = 0; i < rank; i++)
        {
            var layer = Layers.Of(
                "slice",
                ("axis", i + (first == "channels_first" ? 2 : 1)),
                ("start", sides[i].Before),
                ("end", sides[i].After == 0 ? null : -sides[i].After)
            );
            name = call.Add(layer, i == rank - 1 ? "" : $".{i}", name);
        }

        return name;
    }

    private static string Rescale(KerasCall call)
    {
        if (Layers.Exists("affine"))
            return call.Add(Layers.Of("affine", ("scale", call.Config.Number("scale", 1)), ("shift", call.Config.Number("offset", 0))));
        var name = call.Add(Layers.Of("identity"));
        call.Gap("Rescaling", $"{name}: x·scale + offset is left out; give values that are scaled already.", name, 0);
        return name;
    }
}
