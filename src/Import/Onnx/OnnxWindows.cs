using System.Text.Json.Nodes;

namespace ConcatService.Import.Onnx;

/// <summary>Convolutions, poolings, resizing and norms.</summary>
internal static class OnnxWindows
{
    public static IEnumerable<(string Name, OnnxNodes.Writer Write)> All =>
    [
        ("Conv", Conv),
        ("ConvTranspose", Transposed),
        ("MaxPool", call => Pool(call, "max_pool")),
        ("AveragePool", call => Pool(call, "avg_pool")),
        ("GlobalAveragePool", call => call.Add(Layers.Of("global_avg_pool", ("keep_dims", true)))),
        ("GlobalMaxPool", call => call.Add(Layers.Of("global_max_pool", ("keep_dims", true)))),
        ("BatchNormalization", BatchNorm),
        ("InstanceNormalization", InstanceNorm),
        ("LayerNormalization", call => call.Add(
            Layers.Of("layer_norm", ("eps", call.Node.Real("epsilon") ?? 1e-5)), "", OnnxAxes.FeaturesLast(call))),
        ("GroupNormalization", call => call.Add(Layers.Of(
            "group_norm", ("num_groups", call.Node.Whole("num_groups") ?? 1), ("eps", call.Node.Real("epsilon") ?? 1e-5)))),
        ("Resize", Resize),
        ("Upsample", Resize),
    ];

    public static JsonNode Numbers(IReadOnlyList<long> sizes) => sizes.Distinct().Count() == 1 ? sizes[0] : Layers.List(sizes);

    private static List<long> Checked(List<long> sizes, int count, long least) =>
        sizes.Count == count && sizes.TrueForAll(size => size >= least && size <= int.MaxValue)
            ? sizes
            : throw new NodeException("its sizes do not fit its kernel");

    /// <summary>The padding as an attribute: a number, one for each dimension, or before and after for each.</summary>
    private static JsonNode? Padding(OnnxCall call, int rank)
    {
        var auto = call.Node.Text("auto_pad") ?? "NOTSET";
        if (auto is "SAME_UPPER" or "SAME_LOWER")
        {
            if (auto == "SAME_LOWER")
                call.Reader.Spec.Assume("SAME_LOWER is taken as SAME_UPPER: an odd element of the padding is at the end.");
            return "same";
        }

        if (auto == "VALID" || call.Node.Wholes("pads") is not { } pads)
            return null;
        Checked(pads, 2 * rank, 0);
        if (Enumerable.Range(0, rank).Any(i => pads[i] != pads[i + rank]))
            return new JsonArray([.. Enumerable.Range(0, rank).Select(i => (JsonNode)Layers.List(pads[i], pads[i + rank]))]);
        return pads.TrueForAll(size => size == 0) ? null : Numbers(pads[..rank]);
    }

    private static JsonNode? Dilation(OnnxCall call, int rank) =>
        call.Node.Wholes("dilations") is { } dilations && dilations.Exists(size => size != 1)
            ? Numbers(Checked(dilations, rank, 1))
            : null;

    private static string Conv(OnnxCall call)
    {
        var weight = call.Tensor(1).Dims;
        var rank = weight.Count - 2;
        if (rank is < 1 or > 3)
            throw new NodeException($"its kernel has {rank} dimensions");
        var groups = call.Node.Whole("group") ?? 1;
        var kernel = Checked(call.Node.Wholes("kernel_shape") ?? weight.GetRange(2, rank), rank, 1);
        return call.Add(Layers.Of(
            $"conv{rank}d",
            ("in_channels", Domain.Shapes.Saturating.Multiply(weight[1], groups)),
            ("out_channels", weight[0]),
            ("kernel_size", Numbers(kernel)),
            ("stride", call.Node.Wholes("strides") is { } strides ? Numbers(Checked(strides, rank, 1)) : null),
            ("padding", Padding(call, rank)),
            ("dilation", Dilation(call, rank)),
            ("groups", groups == 1 ? null : groups),
            ("bias", call[2] is null ? false : null)
        ));
    }

    private static string Transposed(OnnxCall call)
    {
        var weight = call.Tensor(1).Dims;
        var rank = weight.Count - 2;
        if (rank is < 1 or > 3)
            throw new NodeException($"its kernel has {rank} dimensions");
        if (call.Node.Wholes("output_shape") is not null || (call.Node.Text("auto_pad") ?? "NOTSET") is not ("NOTSET" or "VALID"))
            throw new NodeException("output_shape and auto_pad are not read");
        var groups = call.Node.Whole("group") ?? 1;
        var pads = Checked(call.Node.Wholes("pads") ?? [.. new long[2 * rank]], 2 * rank, 0);
        var more = Checked(call.Node.Wholes("output_padding") ?? [.. new long[rank]], rank, 0);
        // One element less at the end is one more of output padding, and the other way round.
        var added = Enumerable.Range(0, rank).Select(i => more[i] + pads[i] - pads[i + rank]).ToList();
        if (added.Exists(size => size < 0))
            throw new NodeException("it cuts off more at the end than at the start");
        return call.Add(Layers.Of(
            $"conv_transpose{rank}d",
            ("in_channels", weight[0]),
            ("out_channels", Domain.Shapes.Saturating.Multiply(weight[1], groups)),
            ("kernel_size", Numbers(Checked(call.Node.Wholes("kernel_shape") ?? weight.GetRange(2, rank), rank, 1))),
            ("stride", call.Node.Wholes("strides") is { } strides ? Numbers(Checked(strides, rank, 1)) : null),
            ("padding", Numbers(pads[..rank])),
            ("output_padding", Numbers(added)),
            ("dilation", call.Node.Wholes("dilations") is { } dilations ? Numbers(Checked(dilations, rank, 1)) : null),
            ("groups", groups == 1 ? null : groups),
            ("bias", call[2] is null ? false : null)
        ));
    }

    private static string Pool(OnnxCall call, string type)
    {
        var kernel = call.Node.Wholes("kernel_shape") ?? throw new NodeException("kernel_shape is missing");
        var rank = kernel.Count;
        if (rank is < 1 or > 3)
            throw new NodeException($"its kernel has {rank} dimensions");
        Checked(kernel, rank, 1);
        var padding = Padding(call, rank);
        var counts = (call.Node.Whole("count_include_pad") ?? 0) != 0;
        string[] inputs = [call.Layer()];
        if (
            call.Node.Wholes("pads") is { } pads
            && pads.Count == 2 * rank
            && Enumerable.Range(0, rank).Any(i => Math.Max(pads[i], pads[i + rank]) > kernel[i] / 2)
        )
        {
            if (type == "avg_pool" && !counts)
                throw new NodeException("its padding is wider than half of its kernel");
            var sides = Enumerable.Range(0, rank).Reverse().SelectMany(i => new[] { pads[i], pads[i + rank] });
            inputs = [call.Add(Layers.Of($"pad{rank}d", ("padding", Layers.List(sides))), ".pad")];
            padding = null;
        }

        return call.Add(
            Layers.Of(
                $"{type}{rank}d",
                ("kernel_size", Numbers(kernel)),
                ("stride", call.Node.Wholes("strides") is { } strides ? Numbers(Checked(strides, rank, 1)) : 1),
                ("padding", padding),
                ("dilation", Dilation(call, rank)),
                ("ceil_mode", (call.Node.Whole("ceil_mode") ?? 0) != 0 ? true : null),
                ("count_include_pad", type == "avg_pool" && padding is not null && !counts ? false : null)
            ),
            "",
            inputs
        );
    }

    private static string InstanceNorm(OnnxCall call)
    {
        var isPlain = call[1]?.Tensor?.Fill == 1 && call[2]?.Tensor?.Fill == 0;
        if (isPlain && !call[1]!.IsMade)
            call.Reader.Spec.Assume("An instance norm whose weights are ones and zeros is taken as one without weights.");
        return call.Add(Layers.Of(
            "instance_norm", ("eps", call.Node.Real("epsilon") ?? 1e-5), ("affine", isPlain ? null : true)));
    }

    /// <summary>One of ones and zeros that the graph makes has no weights; those that are weights may be untrained.</summary>
    private static bool HasNoWeights(OnnxCall call) => call[1] is { IsMade: true, Tensor.Fill: 1 } && call[2] is { Tensor.Fill: 0 };

    private static string BatchNorm(OnnxCall call) =>
        call.Add(Layers.Of(
            "batch_norm",
            ("num_features", call[1]?.Tensor?.Dims is [var features] && features >= 1 ? features : null),
            ("eps", call.Node.Real("epsilon") ?? 1e-5),
            ("affine", HasNoWeights(call) ? false : null),
            ("momentum", Math.Round(1 - Math.Clamp(call.Node.Real("momentum") ?? 0.9, 0, 1), 6))
        ));

    /// <summary>By factors or to a size; where the size is that of another layer, it is told as such.</summary>
    private static string Resize(OnnxCall call)
    {
        var mode = call.Node.Text("mode") ?? "nearest";
        if (mode is not ("nearest" or "linear"))
        {
            call.Gap("Resize", $"{call.Name}: the mode '{mode[..Math.Min(40, mode.Length)]}' is read as linear.", call.Name);
            mode = "linear";
        }

        var rank = (call.Shape()?.Rank ?? call[0]?.Tensor?.Dims.Count ?? 3) - 1;
        var corners = mode == "linear" && call.Node.Text("coordinate_transformation_mode") == "align_corners";
        var linear = mode == "linear" ? rank switch { 1 => "linear", 2 => "bilinear", _ => "trilinear" } : null;
        JsonNode? size = null, factor = null;
        if (call.Node.Type == "Resize" && call[3] is { Numbers: { } sizes } target && sizes.Count == rank + 2)
        {
            if (target.SourceOf(2) is { } like && Enumerable.Range(2, rank).All(i => target.SourceOf(i) == (like.Layer, i)))
                size = new JsonObject { ["like"] = like.Layer };
            else if (sizes.Skip(2).All(each => each is >= 1 and <= int.MaxValue))
                size = Numbers([.. sizes.Skip(2)]);
            else
                throw new NodeException("its size is not known");
        }
        else
        {
            var scales =
                call[2]?.Tensor?.Numbers
                ?? call[1]?.Tensor?.Numbers
                ?? call.Node.Attributes.GetValueOrDefault("scales")?.Numbers
                ?? throw new NodeException("its scales are not known");
            var own = scales.Skip(2).ToList();
            if (own.Count != rank || own.Exists(each => !(each is > 0 and <= 1024)))
                throw new NodeException("its scales do not fit its input");
            factor = own.Distinct().Count() == 1 ? own[0] : new JsonArray([.. own.Select(each => (JsonNode)each)]);
        }

        return call.Add(Layers.Of(
            "upsample", ("size", size), ("scale_factor", factor), ("mode", linear), ("align_corners", corners ? true : null)));
    }
}
