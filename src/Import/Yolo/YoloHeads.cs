using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>
/// The last row: what each level of the pyramid answers, as it is trained. Anchors, decoding to pixels and the suppression of doubles are
/// code behind the network and not read.
/// </summary>
internal sealed class YoloHeads(SpecWriter spec, YoloSettings settings, bool knowsSizes)
{
    private delegate string Chain(BlockWriter list, string? from, long width);

    public static bool Knows(string module) => module is "Detect" or "v10Detect" or "Segment" or "Pose" or "OBB";

    /// <param name="feeds">The levels: names and channels.</param>
    public void Write(YoloRow row, IReadOnlyList<(string Name, long Width)> feeds)
    {
        if (feeds.Count == 0)
            throw new RowException($"{row.Module} reads no level.");
        if (settings.HasAnchors)
            WriteAnchors(row, feeds);
        else
            WriteBoxes(row, feeds);
        spec.Assume(
            $"{row.Module} is read as what it gives while it trains; anchors, boxes in pixels and the suppression of doubles are left out."
        );
    }

    private static long Classes(YoloRow row, long fallback) => row.Arguments.Size(0, fallback);

    /// <summary>YOLOv5: one 1x1 convolution for each level.</summary>
    private void WriteAnchors(YoloRow row, IReadOnlyList<(string Name, long Width)> feeds)
    {
        var anchors = row.Arguments[1] switch
        {
            IReadOnlyList<object?> { Count: > 0 } list when list[0] is IReadOnlyList<object?> pairs => Math.Max(1, pairs.Count / 2),
            long number and >= 1 and <= 1000 => number,
            _ => settings.Anchors,
        };
        var masks = row.Module == "Segment" ? row.Arguments.Size(2, 32) : 0;
        var numbers = anchors * (5 + masks + Classes(row, settings.Classes));
        for (var i = 0; i < feeds.Count; i++)
        {
            var level = Layers.Of("conv2d", ("out_channels", numbers), ("kernel_size", 1));
            spec.Output(spec.Add($"{row.Name}.{i}", level, row.Place, feeds[i].Name));
        }

        if (row.Module == "Segment")
            WritePrototypes(row, feeds[0].Name, settings.Scaled(row.Arguments.Size(3, 256)), masks);
    }

    /// <summary>
    /// From YOLOv8 on: a branch for the sides of the box and one for the classes, and a third for what else is asked for.
    /// </summary>
    private void WriteBoxes(YoloRow row, IReadOnlyList<(string Name, long Width)> feeds)
    {
        var classes = Classes(row, settings.Classes);
        var first = feeds[0].Width;
        var sides = 4 * settings.RegMax;
        var (boxWidth, classWidth) = (Math.Max(Math.Max(16, first / 4), sides), Math.Max(first, Math.Min(classes, 100)));
        var legacy = settings.LegacyHead && row.Module != "v10Detect";
        var raw = Levels(row, "", feeds, [(list, from, _) => Square(list, "cv2", from, boxWidth, sides), ClassBranch]);
        var answers = raw;
        if (row.Module == "v10Detect" || settings.EndToEnd)
        {
            answers = Levels(row, "one2one.", feeds, [(list, from, _) => Square(list, "cv2", from, boxWidth, sides), ClassBranch]);
            spec.Assume("The one-to-one head reads the same maps as the other; in training its gradient ends there, here it does not.");
        }

        WriteExtra(row, feeds);
        if (settings.RegMax > 1)
            WriteDistribution(row, answers, sides, classes);

        string ClassBranch(BlockWriter list, string? from, long width)
        {
            if (legacy)
                return Square(list, "cv3", from, classWidth, classes);
            var last = list.Conv("cv3.0.0", from, width, 3, groups: width);
            last = list.Conv("cv3.0.1", last, classWidth);
            last = list.Conv("cv3.1.0", last, classWidth, 3, groups: classWidth);
            last = list.Conv("cv3.1.1", last, classWidth);
            return list.Plain("cv3.2", last, classes);
        }
    }

    private static string Square(BlockWriter list, string name, string? from, long width, long outChannels)
    {
        var last = list.Conv($"{name}.0", from, width, 3);
        return list.Plain($"{name}.2", list.Conv($"{name}.1", last, width, 3), outChannels);
    }

    /// <summary>The branches of each level, joined.</summary>
    private List<string> Levels(YoloRow row, string prefix, IReadOnlyList<(string Name, long Width)> feeds, Chain[] branches)
    {
        var names = new List<string>();
        for (var i = 0; i < feeds.Count; i++)
        {
            var lists = new JsonArray();
            foreach (var branch in branches)
            {
                var list = new BlockWriter(spec, settings.Activation);
                branch(list, null, feeds[i].Width);
                lists.Add((JsonNode)list.Layers);
            }

            var level = Layers.Of("parallel", ("branches", lists), ("merge", "concat"));
            names.Add(spec.Add($"{row.Name}.{prefix}{i}", level, row.Place, feeds[i].Name));
            spec.Output(names[^1]);
        }

        return names;
    }

    /// <summary>Coefficients of masks, keypoints or angles for each place.</summary>
    private void WriteExtra(YoloRow row, IReadOnlyList<(string Name, long Width)> feeds)
    {
        var numbers = row.Module switch
        {
            "Segment" => row.Arguments.Size(1, 32),
            "Pose" when row.Arguments[1] is IReadOnlyList<object?> =>
                row.Arguments.Sizes(1).Aggregate(1L, (a, b) => Math.Min(a * b, 100_000)),
            "Pose" => 51, // 17 points of three numbers
            "OBB" => row.Arguments.Size(1, 1),
            _ => 0,
        };
        if (numbers == 0)
            return;
        var width = Math.Max(feeds[0].Width / 4, numbers);
        for (var i = 0; i < feeds.Count; i++)
        {
            var list = new BlockWriter(spec, settings.Activation);
            Square(list, "cv4", null, width, numbers);
            spec.Output(spec.AddBlock($"{row.Name}.cv4.{i}", list.Layers, row.Place, feeds[i].Name));
        }

        if (row.Module == "Segment")
            WritePrototypes(row, feeds[0].Name, settings.Scaled(row.Arguments.Size(2, 256)), numbers);
    }

    private void WritePrototypes(YoloRow row, string feed, long width, long masks)
    {
        var list = new BlockWriter(spec, settings.Activation);
        var first = list.Conv("cv1", null, width, 3);
        var larger = list.Add("upsample", Layers.Of("conv_transpose2d", ("out_channels", width), ("kernel_size", 2), ("stride", 2)), first);
        list.Conv("cv3", list.Conv("cv2", larger, width, 3), masks);
        spec.Output(spec.AddBlock($"{row.Name}.proto", list.Layers, row.Place, feed));
    }

    /// <summary>
    /// The mean of each side's distribution, over all places of all levels: a convolution with the numbers 0 to 15, which Ultralytics
    /// counts among the parameters.
    /// </summary>
    private void WriteDistribution(YoloRow row, List<string> levels, long sides, long classes)
    {
        if (!knowsSizes)
        {
            spec.Assume("The mean of the sides' distributions is left out, because the size of the input is open.");
            return;
        }

        var flat = levels
            .Select((level, i) => Add($"flat.{i}", Layers.Of("reshape", ("shape", Layers.List(sides + classes, -1))), level))
            .ToList();
        var joined = flat.Count == 1 ? flat[0] : Add("places", Layers.Of("concat", ("axis", "time")), [.. flat]);
        var split = Add("split", Layers.Of("split", ("sections", Layers.List(sides, classes))), joined);
        var bins = Add("bins", Layers.Of("reshape", ("shape", Layers.List(4, settings.RegMax, -1))), $"{split}:0");
        var chances = Add("softmax", Layers.Of("softmax", ("axis", "height")), bins);
        var column = Add("column", Layers.Of("reshape", ("shape", Layers.List(1, sides, -1))), chances);
        var window = Layers.List(settings.RegMax, 1);
        var mean = Add("dfl", Layers.Of(
            "conv2d", ("out_channels", 1), ("kernel_size", window), ("stride", window.DeepClone()), ("bias", false)), column);
        spec.Output(Add("boxes", Layers.Of("reshape", ("shape", Layers.List(4, -1))), mean));
        spec.Output(Add("classes", Layers.Of("sigmoid"), $"{split}:1"));
        spec.Assume("The weights of the distribution's mean (dfl) are the numbers 0 to 15 and fixed; a spec cannot say that yet.");

        string Add(string name, JsonObject layer, params string[] inputs) => spec.Add($"{row.Name}.{name}", layer, row.Place, inputs);
    }
}
