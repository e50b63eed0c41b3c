namespace ConcatService.Import.Darknet;

/// <summary>What stands at the end: layers that read a whole map, and the losses over it.</summary>
internal static class DarknetHeads
{
    public static void Connected(DarknetState state, DarknetSection section, string name)
    {
        var width = section.Size("output", 1);
        var norm = section.Whole("batch_normalize", 0) != 0;
        var last = state.Last;
        var numbers = last.Channels * (last.Height ?? 1) * (last.Width ?? 1);
        state.CountsAll &= last is { Height: not null, Width: not null };
        state.Numbers += (width * (norm ? 4 : 1)) + (numbers * width);
        var flat = last.IsVector ? last.Name : state.Spec.Add($"{name}.flat", Layers.Of("flatten"), section.Place, last.Name);
        var layer = Layers.Of(
            "linear",
            ("out_features", width),
            ("bias", norm ? false : null),
            ("norm", norm ? Layers.Of("batch_norm", ("momentum", 0.01)) : null),
            ("activation", state.Activation(section, "logistic"))
        );
        state.Add(section, name, layer, new(name, width, 1, 1) { IsVector = true }, flat);
    }

    /// <summary>A loss over what the section before gives: that is an output.</summary>
    public static void Loss(DarknetState state, DarknetSection section)
    {
        var last = state.Last;
        var boxes = section.Kind == "region"
            ? section.Size("num", 1)
            : section.List("mask")?.Length is { } masks and > 0 ? masks : section.Size("num", 1);
        var needed = boxes * (section.Size("classes", 20) + (section.Kind == "gaussian_yolo" ? 9 : 1 + section.Size("coords", 4)));
        if (section.Kind != "detection" && needed != last.Channels)
            state.Spec.Gap(
                $"[{section.Kind}]",
                $"{last.Name} gives {last.Channels} channels; [{section.Kind}] in line {section.Line} needs {needed} for {boxes} boxes of "
                    + $"{section.Size("classes", 20)} classes. Set filters={needed} in the section before it.",
                last.Name,
                section.Place
            );
        state.Spec.Assume(
            "The detection sections are read as what they get: decoding, losses and the suppression of doubles are left out."
        );
        if (last.Name != state.Input && !state.Spec.Outputs.Contains(last.Name))
            state.Spec.Output(last.Name);
        state.Outputs.Add(last);
    }
}
