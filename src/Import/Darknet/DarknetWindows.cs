using System.Text.Json.Nodes;

namespace ConcatService.Import.Darknet;

/// <summary>What slides a window over a map: convolutions, forward and transposed, and pools.</summary>
internal static class DarknetWindows
{
    public static void Convolution(DarknetState state, DarknetSection section, string name)
    {
        var (filters, size, groups) = (section.Size("filters", 1), section.Size("size", 1), section.Size("groups", 1));
        var stride = section.Size("stride", 1);
        var (down, across) = (section.Size("stride_y", stride), section.Size("stride_x", stride));
        var dilation = section.Size("dilation", 1);
        var padding = section.Whole("pad", 0) != 0 ? size / 2 : Math.Max(0, section.Whole("padding", 0));
        var norm = section.Whole("batch_normalize", 0) != 0;
        var layer = Layers.Of(
            "conv2d",
            ("out_channels", filters),
            ("kernel_size", size),
            ("stride", down == across ? down : Layers.List(down, across)),
            ("padding", padding * dilation),
            ("dilation", dilation == 1 ? null : dilation),
            ("groups", groups == 1 ? null : groups),
            ("bias", norm ? false : null),
            ("norm", norm ? Layers.Of("batch_norm", ("momentum", 0.01)) : null),
            ("activation", state.Activation(section, "logistic"))
        );
        foreach (var option in new[] { "antialiasing", "share_index", "binary", "xnor" }.Where(option => section.Whole(option, 0) != 0))
            state.Spec.Gap(option, $"{name}: {option} is left out.", name, section.PlaceOf(option));
        state.CountsAll &= !section.Has("share_index");
        var last = state.Last;
        state.Numbers += (filters * (norm ? 4 : 1)) + (last.Channels / Math.Min(groups, last.Channels) * filters * size * size);
        state.Add(section, name, layer, new(
            name,
            filters,
            Windowed(last.Height, (2 * padding) - size, down),
            Windowed(last.Width, (2 * padding) - size, across)
        ));
    }

    public static void Transposed(DarknetState state, DarknetSection section, string name)
    {
        var (filters, size, stride) = (section.Size("filters", 1), section.Size("size", 1), section.Size("stride", 1));
        var padding = section.Whole("pad", 0) != 0 ? size / 2 : Math.Max(0, section.Whole("padding", 0));
        var norm = section.Whole("batch_normalize", 0) != 0;
        state.Numbers += (filters * (norm ? 4 : 1)) + (state.Last.Channels * filters * size * size);
        var layer = Layers.Of(
            "conv_transpose2d",
            ("out_channels", filters),
            ("kernel_size", size),
            ("stride", stride),
            ("padding", padding),
            ("bias", norm ? false : null),
            ("norm", norm ? Layers.Of("batch_norm", ("momentum", 0.01)) : null),
            ("activation", state.Activation(section, "logistic"))
        );
        var more = size - (2 * padding);
        state.Add(section, name, layer, new(
            name, filters, ((state.Last.Height - 1) * stride) + more, ((state.Last.Width - 1) * stride) + more));
    }

    /// <summary>
    /// Its padding counts both sides together, by default one less than the window: half of it, rounded down, lies before. The zeros of an
    /// average do not count.
    /// </summary>
    public static void Pool(DarknetState state, DarknetSection section, string name)
    {
        var stride = section.Size("stride", 1);
        var size = section.Size("size", stride);
        var padding = Math.Clamp(section.Whole("padding", size - 1), 0, 2 * (size / 2));
        var (before, after) = (padding / 2, padding - (padding / 2));
        // What lies behind the last whole window is never read.
        if (before == 0 && size <= stride && state.Last.Height % stride == 0 && state.Last.Width % stride == 0)
            after = 0;
        var mean = section.Kind.StartsWith("local", StringComparison.Ordinal);
        var layer = Layers.Of(
            mean ? "avg_pool2d" : "max_pool2d",
            ("kernel_size", size),
            ("stride", stride),
            ("padding", before == after
                ? before == 0 ? null : before
                : new JsonArray(Layers.List(before, after), Layers.List(before, after))),
            ("count_include_pad", mean ? false : null)
        );
        state.Add(section, name, layer, state.Last with
        {
            Height = Windowed(state.Last.Height, padding - size, stride),
            Width = Windowed(state.Last.Width, padding - size, stride),
        });
    }

    private static long? Windowed(long? size, long more, long stride) =>
        size is { } known ? Math.Max(1, ((known + more) / stride) + 1) : null;
}
