namespace ConcatService.Import.Yolo;

/// <summary>Rows that the table does not have: what stands for them, and the gap that says so.</summary>
internal static class YoloUnknown
{
    public static bool IsHead(string module) =>
        new[] { "Detect", "Decoder", "Segment", "Pose", "OBB" }.Any(part => module.Contains(part, StringComparison.Ordinal));

    /// <summary>A head that the table does not have: what it reads are the outputs.</summary>
    public static void Head(YoloState state, YoloRow row, List<long> reads, string[] inputs)
    {
        state.HasHead = true;
        foreach (var input in inputs.Distinct())
            state.Spec.Output(input);
        var message = $"Row {row.Index}: {row.Module} is not known. What it reads are the outputs of the spec.";
        state.Spec.Gap(row.Module, message, null, row.Place);
        state.Rows.Add((inputs.FirstOrDefault() ?? state.Input, state.WidthOf(reads.Count > 0 ? reads[0] : -1)));
    }

    /// <summary>
    /// A module that the table does not have: its width is taken from its first argument where its name says that it is one of the
    /// convolution families, or where kernel and stride follow as those have them, and stays otherwise, as Ultralytics does.
    /// </summary>
    public static void Module(YoloState state, YoloRow row, List<long> reads, string[] inputs)
    {
        var channels = state.WidthOf(reads.Count > 0 ? reads[0] : -1);
        if (inputs.Length > 1)
        {
            var joins = row.Module.Contains("concat", StringComparison.OrdinalIgnoreCase);
            var merged = state.Spec.Add(row.Name, Layers.Of(joins ? "concat" : "add"), row.Place, inputs);
            state.Spec.Gap(
                row.Module,
                $"{merged}: {row.Module} is not known. It is read as {(joins ? "a concat" : "a sum")} of its {inputs.Length} inputs.",
                merged,
                row.Place
            );
            state.AddRow(row, merged, joins ? reads.Sum(state.WidthOf) : channels);
            return;
        }

        var hasWindow = row.Arguments[1] is long and >= 1 and <= 11 && row.Arguments[2] is 1L or 2L;
        var takesWidth =
            row.Arguments[0] is long and >= 8
            && (hasWindow
                || row.Module.Contains("Conv", StringComparison.OrdinalIgnoreCase)
                || row.Module.StartsWith("C2", StringComparison.Ordinal)
                || row.Module.StartsWith("C3", StringComparison.Ordinal)
                || row.Module.StartsWith("SPP", StringComparison.Ordinal));
        var width = takesWidth ? state.Settings.Scaled(row.Arguments.Size(0)) : channels;
        var stride = takesWidth && hasWindow && row.Arguments[2] is 2L ? 2 : 1;
        Stand(
            state,
            row.Module,
            $"{row.Name}: {row.Module} is not known. "
                + (width == channels && stride == 1
                    ? "Its output is taken to be as large as its input."
                    : $"Its output is taken to have {width} channels at stride {stride}, by its arguments."),
            row.Name,
            inputs.FirstOrDefault() ?? state.Input,
            row.Place,
            channels,
            width,
            stride
        );
    }

    /// <summary>A layer that stands for what was not read.</summary>
    public static void Stand(
        YoloState state,
        string what,
        string message,
        string name,
        string input,
        Place place,
        long channels = 0,
        long width = 0,
        long stride = 1
    )
    {
        channels = channels == 0 ? state.WidthOf(state.Rows.Count - 1) : channels;
        width = width == 0 ? channels : width;
        var isSame = width == channels && stride == 1;
        var shown = what.Length <= 60 ? what : what[..60];
        var stands = isSame
            ? Layers.Exists("opaque")
                ? Layers.Of("opaque", ("of", shown), ("like", input))
                : Layers.Of("identity")
            : Layers.Of("conv2d", ("out_channels", width), ("kernel_size", stride), ("stride", stride), ("bias", false));
        var added = state.Spec.Add(name, stands, place, input);
        state.Spec.Unknown(
            shown,
            message + (isSame ? "" : " A convolution without bias stands for it; its parameters are not those of the module."),
            added,
            place
        );
        state.Rows.Add((added, width));
    }
}
