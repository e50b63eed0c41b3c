using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>Reads what stands above the rows, and chooses the scale.</summary>
internal static class YoloHeader
{
    public static YoloSettings Read(YamlMap file, ImportOptions options, SpecWriter spec)
    {
        var classes = Whole(file, "nc");
        if (classes is null)
            spec.Assume("The file gives no number of classes (nc); 80 are taken.");
        var anchors = file["anchors"];
        var settings = new YoloSettings
        {
            HasAnchors = anchors is not null,
            Anchors = anchors switch
            {
                YamlList { Items: [YamlList pairs, ..] } => Math.Max(1, pairs.Items.Length / 2),
                YamlScalar { Value: long and >= 1 and <= 1000 } number => (long)number.Value,
                _ => 3,
            },
            Classes = classes ?? 80,
            Channels = Whole(file, "ch") ?? 3,
            Depth = Number(file, "depth_multiple") ?? 1,
            Width = Number(file, "width_multiple") ?? 1,
            Activation = Activation(file, spec),
            RegMax = Math.Min(Whole(file, "reg_max") ?? 16, 1000),
            EndToEnd = file["end2end"] is YamlScalar { Value: true },
        };
        return Scaled(settings, file, options, spec);
    }

    private static YoloSettings Scaled(YoloSettings settings, YamlMap file, ImportOptions options, SpecWriter spec)
    {
        if (file["scales"] is not YamlMap { Members: { Count: > 0 } scales })
        {
            if (options.Scale is not null)
                spec.Assume($"The file has no scales; scale={Shown(options.Scale)} has no effect.");
            return settings;
        }

        var known = string.Join(", ", scales.Select(each => Shown(each.Key.Text)));
        var chosen = options.Scale ?? scales[0].Key.Text;
        if (options.Scale is null)
            spec.Assume($"The scale is not given; {Shown(chosen)} is taken, the first of {known}.");
        var entry = scales.FirstOrDefault(each => each.Key.Text == chosen);
        if (entry.Key is null)
            throw new ImportException("import.scale", $"The file has no scale '{Shown(chosen)}'; it has {known}.");
        if (entry.Value is not YamlList { Items: [YamlScalar depth, YamlScalar width, .. var rest] })
            throw ImportException.Malformed("a scale is [depth, width, max_channels].", entry.Value.Line, entry.Value.Column);
        return settings with
        {
            Scale = chosen,
            Depth = Positive(depth) ?? 1,
            Width = Positive(width) ?? 1,
            MaxChannels = rest is [YamlScalar most, ..] ? Positive(most) ?? double.PositiveInfinity : double.PositiveInfinity,
        };
    }

    private static JsonNode? Activation(YamlMap file, SpecWriter spec)
    {
        if (file["activation"] is not YamlScalar { Value: string text } written)
            return "silu";
        if (YoloActivations.Find(text) is { } known)
            return known;
        spec.Gap(
            Shown(text),
            $"The activation {Shown(text)} is not known. silu stands for it.",
            null,
            Place.Of(written.Line, written.Column, text)
        );
        return "silu";
    }

    private static long? Whole(YamlMap file, string key) =>
        file[key] is YamlScalar { Value: long and >= 1 and <= 100_000 } scalar ? (long)scalar.Value : null;

    private static double? Number(YamlMap file, string key) => file[key] is YamlScalar scalar ? Positive(scalar) : null;

    private static double? Positive(YamlScalar scalar) =>
        scalar.Value switch
        {
            long whole and >= 1 and <= 1_000_000 => whole,
            double number and > 0 and <= 1e6 => number,
            _ => null,
        };

    private static string Shown(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
