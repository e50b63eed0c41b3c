using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.ConcatBench.Networks;

/// <summary>Random networks full of merges, each of a family that people build. The same seed gives the same network.</summary>
public sealed class RandomNetwork
{
    private readonly LayerWriter _write;
    private readonly JsonObject _inputs = [];
    private readonly bool _channelsLast;
    private readonly long[] _size;

    /// <summary>Sizes that do not divide, with layers that take care of it: <c>ceil_mode</c>, and upsampling to the skip's size.</summary>
    private readonly bool _isOdd;

    private RandomNetwork(int seed, int family, int multiple)
    {
        var random = new Random(seed);
        _write = new(random);
        _channelsLast = random.Next(4) == 0;
        _isOdd = family is 1 or 5 && random.Next(2) == 0;
        var side = multiple * random.Next(2, 5);
        _size =
        [
            .. Enumerable
                .Range(0, _write.SpatialRank)
                .Select(i =>
                    (i == 0 || random.Next(3) > 0 ? side : multiple * random.Next(2, 5)) + (_isOdd ? random.Next(1, multiple) : 0)
                ),
        ];
    }

    public static OriginalNetwork Of(int seed)
    {
        var family = seed % 8;
        var network = new RandomNetwork(seed, family, family is 1 or 2 ? 16 : 8);
        network.Input("image", network.Random.Next(1, 4));
        var name = family switch
        {
            0 => network.Inception(),
            1 => network.UNet(),
            2 => network.Neck(),
            3 => network.Dense(),
            4 => network.Residual(),
            5 => network.Resolutions(),
            6 => network.Tables(),
            _ => network.Pairs(),
        };
        var spec = new JsonObject();
        if (network._channelsLast)
            spec["layout"] = "channels_last";
        spec["inputs"] = network._inputs;
        spec["layers"] = network._write.Layers;
        return new(string.Create(CultureInfo.InvariantCulture, $"{name} {seed}"), spec);
    }

    private Random Random => _write.Random;

    private long Width => 8 * Random.Next(1, 5);

    private void Input(string name, long channels)
    {
        long[] shape = _channelsLast ? [.. _size, channels] : [channels, .. _size];
        _inputs[name] = new JsonObject { ["shape"] = new JsonArray([.. shape.Select(size => (JsonNode)size)]) };
    }

    private string Inception()
    {
        var at = _write.Add("stem", "image", _write.Conv(Width, 3, Random.Next(1, 3)));
        var modules = Random.Next(1, 4);
        for (var module = 1; module <= modules; module++)
        {
            var reduces = module > 1 && Random.Next(3) == 0;
            var branches = Enumerable.Range(0, Random.Next(2, 5)).Select(_ => Branch(reduces, Random.Next(4))).ToList();
            at = Join($"mix{module}", at, branches, "concat");
        }

        Head(at);
        return "inception";
    }

    private List<JsonObject> Branch(bool reduces, int kind)
    {
        var stride = reduces ? 2 : 1;
        return kind switch
        {
            0 => _write.Conv(Width, reduces ? 3 : 1, stride),
            1 => [.. _write.Conv(Width, 1), .. _write.Conv(Width, 3, stride)],
            2 => [.. _write.Conv(Width, 1), .. _write.Conv(Width, 5), .. _write.Conv(Width, 3, stride)],
            _ => [_write.Pool(3, stride, 1), .. _write.Conv(Width, 1)],
        };
    }

    /// <summary>Branches from one layer: as a parallel, or written one after the other.</summary>
    private string Join(string name, string from, List<List<JsonObject>> branches, string merge)
    {
        if (Random.Next(2) == 0)
        {
            var parallel = new JsonObject { ["type"] = "parallel", ["branches"] = new JsonArray([.. branches.Select(_write.Nested)]) };
            if (merge != "concat")
                parallel["merge"] = merge;
            return _write.Add(name, from, parallel);
        }

        return _write.Merge(
            name,
            merge,
            [
                .. branches.Select(
                    (branch, i) =>
                        branch.Count == 0 ? from : _write.Add(string.Create(CultureInfo.InvariantCulture, $"{name}_b{i}"), from, branch)
                ),
            ]
        );
    }

    private string UNet()
    {
        var depth = Random.Next(2, 5);
        var merge = Random.Next(4) == 0 ? "add" : "concat";
        var widths = Enumerable.Range(0, depth + 1).Select(level => 8L << Math.Min(level, 3)).ToArray();
        var skips = new List<string>();
        var at = "image";
        for (var level = 0; level < depth; level++)
        {
            at = _write.Add($"down{level + 1}", at, [.. _write.Conv(widths[level], 3), .. _write.Conv(widths[level], 3)]);
            skips.Add(at);
            at = _write.Add($"pool{level + 1}", at, _write.Halve(widths[level]));
        }

        at = _write.Add("bottom", at, _write.Conv(widths[depth], 3));
        for (var level = depth - 1; level >= 0; level--)
        {
            var up = _isOdd
                ?
                [
                    new()
                    {
                        ["type"] = "upsample",
                        ["size"] = new JsonObject { ["like"] = skips[level] },
                    },
                ]
                : _write.Double(widths[level]);
            at = _write.Add($"up{level + 1}", at, merge == "add" ? [.. up, .. _write.Conv(widths[level], 1)] : up);
            at = _write.Merge($"join{level + 1}", merge, Random.Next(2) == 0 ? [skips[level], at] : [at, skips[level]]);
            at = _write.Add($"dec{level + 1}", at, _write.Conv(widths[level], 3));
        }

        _write.Add("mask", at, _write.Conv(1, 1)[0]);
        return "unet";
    }

    private string Neck()
    {
        var levels = Random.Next(3, 5);
        var (width, merge) = (Width, Random.Next(2) == 0 ? "add" : "concat");
        var taps = new List<string>();
        var at = "image";
        for (var level = 1; level <= levels; level++)
        {
            at = _write.Add($"c{level}", at, [.. _write.Conv(8 * level, 3, 2), .. _write.Conv(8 * level, 3)]);
            taps.Add(at);
        }

        var tops = new string[levels];
        tops[^1] = at = _write.Add($"p{levels}", at, _write.Conv(width, 1));
        for (var level = levels - 1; level >= 1; level--)
        {
            var up = _write.Add($"up{level}", at, [new() { ["type"] = "upsample", ["scale_factor"] = 2 }]);
            var lateral = _write.Add($"lat{level}", taps[level - 1], _write.Conv(width, 1));
            var sum = _write.Merge($"td{level}", merge, up, lateral);
            tops[level - 1] = at = _write.Add($"p{level}", sum, _write.Conv(width, 3));
        }

        for (var level = 1; level < levels; level++)
        {
            var down = _write.Add($"n{level}", at, _write.Conv(width, 3, 2));
            at = _write.Merge($"bu{level + 1}", "concat", down, tops[level]);
        }

        Head(at);
        return "neck";
    }

    private string Dense()
    {
        var (growth, at) = (4L * Random.Next(1, 4), _write.Add("stem", "image", _write.Conv(Width, 3)));
        var (blocks, layers) = (Random.Next(1, 3), Random.Next(2, 5));
        for (var block = 1; block <= blocks; block++)
        {
            for (var layer = 1; layer <= layers; layer++)
                at = Join(
                    string.Create(CultureInfo.InvariantCulture, $"join{block}_{layer}"),
                    at,
                    [
                        [],
                        [.. _write.Conv(4 * growth, 1), .. _write.Conv(growth, 3)],
                    ],
                    "concat"
                );
            at = _write.Add($"transition{block}", at, [.. _write.Conv(Width, 1), .. _write.Halve(Width)]);
        }

        Head(at);
        return "dense";
    }

    private string Residual()
    {
        var width = Width;
        var at = _write.Add("stem", "image", _write.Conv(width, 3, Random.Next(1, 3)));
        var blocks = Random.Next(2, 5);
        for (var block = 1; block <= blocks; block++)
        {
            var stride = Random.Next(1, 3);
            var wide = stride == 1 ? width : 2 * width;
            at = Join(
                $"sum{block}",
                at,
                [
                    [.. _write.Conv(wide, 3, stride), .. _write.Conv(wide, 3)],
                    stride == 1 ? [] : _write.Conv(wide, 1, stride),
                ],
                "add"
            );
            width = wide;
        }

        Head(at);
        return "residual";
    }

    /// <summary>Branches that look at the image in several resolutions and meet in one.</summary>
    private string Resolutions()
    {
        var (from, levels) = (_write.Add("stem", "image", _write.Conv(Width, 3)), Random.Next(1, 4));
        var branches = Enumerable
            .Range(0, Random.Next(2, 4))
            .Select(branch =>
                Enumerable
                    .Range(0, levels)
                    .SelectMany(_ =>
                        Random.Next(3) > 0 ? _write.Conv(Width, 3, 2)
                        : _isOdd ? [_write.CeilPool()]
                        : _write.Halve(Width)
                    )
                    .Concat(_write.Conv(Width, 3))
                    .ToList()
            )
            .ToList();
        Head(Join("meet", from, branches, "concat"));
        return "resolutions";
    }

    /// <summary>An image and a table, joined as vectors.</summary>
    private string Tables()
    {
        _inputs["table"] = new JsonObject { ["shape"] = new JsonArray(Random.Next(3, 20)) };
        var seen = _write.Add(
            "seen",
            "image",
            [
                .. _write.Conv(Width, 3, 2),
                .. _write.Conv(Width, 3),
                new() { ["type"] = Random.Next(2) == 0 ? "global_avg_pool" : "global_max_pool" },
            ]
        );
        var known =
            Random.Next(3) == 0
                ? "table"
                : _write.Add(
                    "known",
                    "table",
                    new JsonObject { ["type"] = "linear", ["out_features"] = Width },
                    new JsonObject { ["type"] = "relu" }
                );
        var merge = _write.Merge("merge", "concat", seen, known);
        _write.Add("logits", merge, new JsonObject { ["type"] = "linear", ["out_features"] = 5 });
        return "tables";
    }

    /// <summary>Two pictures of one size, joined early or late.</summary>
    private string Pairs()
    {
        Input("depth", Random.Next(1, 6) + 3);
        var early = Random.Next(2) == 0;
        var a = early ? "image" : _write.Add("left", "image", [.. _write.Conv(Width, 3), .. _write.Conv(Width, 3, 2)]);
        var b = early ? "depth" : _write.Add("right", "depth", [.. _write.Conv(Width, 3, 2), .. _write.Conv(Width, 3)]);
        var both = _write.Merge("both", "concat", a, b);
        var at = _write.Add("mix", both, _write.Conv(Width, 3));
        at = Join("more", at, [_write.Conv(Width, 3), _write.Conv(Width, 5)], "concat");
        Head(at);
        return "pairs";
    }

    private void Head(string from) =>
        _write.Add(
            "logits",
            from,
            new JsonObject { ["type"] = "global_avg_pool" },
            new JsonObject { ["type"] = "linear", ["out_features"] = 10 }
        );
}
