namespace ConcatService.Import.Darknet;

/// <summary>Sections that become one layer over the section before.</summary>
internal static class DarknetLayers
{
    public static void Write(DarknetState state, DarknetSection section, string name)
    {
        var last = state.Last;
        switch (section.Kind)
        {
            case "avgpool" or "avg":
                state.Add(section, name, Layers.Of("global_avg_pool", ("keep_dims", true)), last with { Height = 1, Width = 1 });
                break;
            case "upsample":
                var scale = section.Size("stride", 2);
                state.Add(section, name, Layers.Of("upsample", ("scale_factor", scale)), last.Times(scale));
                break;
            case "reorg" when section.Whole("reverse", 0) == 0:
                var stride = section.Size("stride", 1);
                state.Add(section, name, Layers.Of("reorg", ("stride", stride)), Packed(last, stride));
                break;
            case "reorg3d":
                var side = section.Size("stride", 1);
                state.Spec.Assume("[reorg3d] is taken in the order of pixel_unshuffle; its channels may be in another order.");
                state.Add(section, name, Layers.Of("pixel_unshuffle", ("factor", side)), Packed(last, side));
                break;
            case "dropout":
                state.Add(section, name, Layers.Of("dropout", ("p", Math.Clamp(section.Number("probability", 0.5), 0, 1))), last);
                break;
            case "softmax" or "soft":
                state.Add(section, name, Layers.Of("softmax"), last);
                break;
            case "batchnorm":
                state.Numbers += 4 * last.Channels;
                state.Add(section, name, Layers.Of("batch_norm", ("momentum", 0.01)), last);
                break;
            case "activation":
                state.Add(section, name, state.ActivationLayer(section) ?? Layers.Of("identity"), last);
                break;
            case "crop":
                var (height, width) = (section.Size("crop_height", 1), section.Size("crop_width", 1));
                var crop = Layers.Of("center_crop", ("size", height == width ? height : Layers.List(height, width)));
                state.Add(section, name, crop, last with { Height = height, Width = width });
                break;
            default:
                WriteUnknown(state, section, name);
                break;
        }
    }

    /// <summary>Squares of places as channels of one.</summary>
    private static DarknetOutput Packed(DarknetOutput output, long side)
    {
        var channels = Math.Clamp(output.Channels * Math.Min(side * side, 1_000_000), 1, DarknetSection.MaxSize);
        return output.Divided(side) with { Channels = channels };
    }

    private static void WriteUnknown(DarknetState state, DarknetSection section, string name)
    {
        state.CountsAll = false;
        var stands = Layers.Exists("opaque")
            ? Layers.Of("opaque", ("of", $"[{section.Kind}]"), ("like", state.Last.Name))
            : Layers.Of("identity");
        var added = state.Add(section, name, stands, state.Last);
        var message = $"{added}: [{section.Kind}] is not known. Its output is taken to be as large as its input.";
        state.Spec.Unknown($"[{section.Kind}]", message, added, section.Place);
    }
}
