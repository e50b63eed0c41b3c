using System.Text.Json.Nodes;

namespace ConcatService.Import.Keras;

/// <summary>Convolutions and poolings.</summary>
internal static class KerasWindows
{
    public static IEnumerable<(string Name, KerasLayers.Writer Write)> All =>
    [
        .. new[] { 1, 2, 3 }.SelectMany(Family),
        ("Convolution1D", call => Conv(call, 1)),
        ("Convolution2D", call => Conv(call, 2)),
        ("AtrousConvolution2D", call => Conv(call, 2)),
        ("Deconvolution2D", call => Transposed(call, 2)),
    ];

    private static IEnumerable<(string, KerasLayers.Writer)> Family(int rank) =>
    [
        ($"Conv{rank}D", call => Conv(call, rank)),
        ($"SeparableConv{rank}D", call => Separable(call, rank)),
        ($"DepthwiseConv{rank}D", call => Depthwise(call, rank, "")),
        ($"Conv{rank}DTranspose", call => Transposed(call, rank)),
        ($"MaxPooling{rank}D", call => Pool(call, $"max_pool{rank}d")),
        ($"AveragePooling{rank}D", call => Pool(call, $"avg_pool{rank}d")),
        ($"GlobalAveragePooling{rank}D", call => Global(call, "global_avg_pool")),
        ($"GlobalMaxPooling{rank}D", call => Global(call, "global_max_pool")),
    ];

    private static JsonNode? Kernel(KerasCall call)
    {
        if (call.Config.Sizes("kernel_size") is { } sizes)
            return sizes;
        if (call.Config.Member("nb_row") is not null)
            return Layers.List(call.Config.Size("nb_row"), call.Config.Size("nb_col"));
        return call.Config.Size("filter_length");
    }

    private static string Padding(KerasCall call) =>
        (call.Config.Text("padding") ?? call.Config.Text("border_mode") ?? "valid") is "valid" or "same" or "causal"
            ? call.Config.Text("padding") ?? call.Config.Text("border_mode") ?? "valid"
            : throw new LayerException("'padding' is none of valid, same and causal");

    private static bool HasBias(KerasCall call) => call.Config.Flag("use_bias", call.Config.Flag("bias", true));

    private static string Conv(KerasCall call, int rank) =>
        call.Add(Layers.Of(
            $"conv{rank}d",
            ("out_channels", call.Config.Size("filters", "nb_filter")),
            ("kernel_size", Kernel(call)),
            ("stride", call.Config.Sizes("strides", "subsample") ?? call.Config.Sizes("subsample_length")),
            ("padding", Padding(call)),
            ("dilation", call.Config.Sizes("dilation_rate", "atrous_rate")),
            ("groups", call.Config.Size("groups", null, 1)),
            ("bias", HasBias(call) ? null : false),
            ("activation", call.Activation()),
            ("data_format", call.OwnFormat)
        ));

    private static long ChannelsOf(KerasCall call)
    {
        if (call.InputShape is not { } shape)
            throw new LayerException("the channels that it reads are not known");
        var channels = call.OwnFormat is null ? shape.Channels : call.OwnFormat == "channels_first" ? shape.Sizes[0] : shape.Sizes[^1];
        return channels ?? throw new LayerException("the channels that it reads are not known");
    }

    /// <summary>One filter, or several, for each channel.</summary>
    private static string Depthwise(KerasCall call, int rank, string suffix)
    {
        var channels = ChannelsOf(call);
        var alone = suffix.Length == 0;
        return call.Add(
            Layers.Of(
                $"conv{rank}d",
                ("out_channels", channels * call.Config.Size("depth_multiplier", null, 1)),
                ("kernel_size", Kernel(call)),
                ("stride", call.Config.Sizes("strides", "subsample")),
                ("padding", Padding(call)),
                ("dilation", call.Config.Sizes("dilation_rate")),
                ("groups", channels),
                ("bias", alone && HasBias(call) ? null : false),
                ("activation", alone ? call.Activation() : null),
                ("data_format", call.OwnFormat)
            ),
            suffix
        );
    }

    private static string Separable(KerasCall call, int rank)
    {
        var depthwise = Depthwise(call, rank, ".depthwise");
        return call.Add(
            Layers.Of(
                $"conv{rank}d",
                ("out_channels", call.Config.Size("filters", "nb_filter")),
                ("kernel_size", 1),
                ("bias", HasBias(call) ? null : false),
                ("activation", call.Activation()),
                ("data_format", call.OwnFormat)
            ),
            "",
            depthwise
        );
    }

    /// <summary>
    /// "same" gives the input's size times the stride, "valid" as large as every window reaches. Where an odd number of elements is cut
    /// off, TensorFlow cuts one more at the end and PyTorch one more at the start.
    /// </summary>
    private static string Transposed(KerasCall call, int rank)
    {
        var kernel = Each(call.Config.List("kernel_size") ?? [call.Config.Size("nb_row")], rank);
        var stride = Each(call.Config.List("strides") ?? call.Config.List("subsample") ?? [1], rank);
        var more = kernel.Zip(stride, (size, step) => Padding(call) == "same" ? size - step : 0).ToArray();
        if (more.Any(each => each > 0 && each % 2 == 1))
            call.Model.Spec.Assume("A transposed convolution that cuts off an odd number of elements cuts one more at the start here.");
        var added = kernel.Zip(stride, (size, step) => Padding(call) == "same"
            ? size >= step ? (size - step) % 2 : step - size
            : Math.Max(0, step - size)).ToArray();
        return call.Add(Layers.Of(
            $"conv_transpose{rank}d",
            ("out_channels", call.Config.Size("filters", "nb_filter")),
            ("kernel_size", Layers.List(kernel)),
            ("stride", Layers.List(stride)),
            ("padding", Layers.List(more.Select(each => each > 0 ? (each + 1) / 2 : 0))),
            ("output_padding", Layers.List(added)),
            ("bias", HasBias(call) ? null : false),
            ("activation", call.Activation()),
            ("data_format", call.OwnFormat)
        ));
    }

    private static long[] Each(long[] sizes, int rank) =>
        sizes.Length == rank ? sizes : [.. Enumerable.Repeat(sizes[0], rank)];

    private static string Pool(KerasCall call, string type) =>
        call.Add(Layers.Of(
            type,
            ("kernel_size", call.Config.Sizes("pool_size") ?? call.Config.Sizes("pool_length") ?? 2),
            ("stride", call.Config.Sizes("strides", "stride")),
            ("padding", Padding(call)),
            ("count_include_pad", type.StartsWith("avg", StringComparison.Ordinal) && Padding(call) == "same" ? false : null),
            ("data_format", call.OwnFormat)
        ));

    private static string Global(KerasCall call, string type) =>
        call.Add(Layers.Of(
            type,
            ("keep_dims", call.Config.Flag("keepdims", false) ? true : null),
            ("data_format", call.OwnFormat)
        ));
}
