namespace ConcatService.Import.Yolo;

/// <summary>Rows that name a module of the table.</summary>
internal static class YoloBlocks
{
    public static void Write(YoloState state, YoloRow row, Module module, string input, long channels)
    {
        if (row.Module is "C3k2" or "A2C2f" or "C2fCIB")
            state.Settings = state.Settings with { LegacyHead = false };
        var repeats = state.Settings.Repeats(row.Repeats);
        var outChannels = module.IsScaled ? state.Settings.Scaled(row.Arguments.Size(0)) : channels;
        if (module.IsScaled && outChannels < 1)
            throw new RowException($"{row.Module} would have no channels.");
        var writer = new BlockWriter(state.Spec, state.Settings.Activation);
        var gaps = new List<(string What, long? Parameters)>();
        var call = new ModuleCall(
            writer, null, "", channels, outChannels, repeats, row.Arguments, state.Settings, (what, lost) => gaps.Add((what, lost)));
        state.Spec.Count(repeats);
        var width = channels;
        if (module.TakesRepeats || repeats == 1)
            width = module.Write(call);
        for (var i = 0; !module.TakesRepeats && repeats > 1 && i < repeats; i++)
            width = module.Write(call with { Prefix = $"{i}.", In = i == 0 ? channels : width });
        var name = writer.Single is { } only
            ? state.Spec.Add(row.Name, only, row.Place, input)
            : state.Spec.AddBlock(row.Name, writer.Layers, row.Place, input);
        foreach (var (what, lost) in gaps.Distinct())
            state.Spec.Gap(
                what,
                $"{name}: the language has no {what} without projections yet. The values go on as they are; the parameters are all there.",
                name,
                row.Place,
                lost
            );
        state.AddRow(row, name, width);
    }
}
