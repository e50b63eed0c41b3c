namespace ConcatService.Pictures.Drawing;

/// <summary>Pixels, and the texts of a box as they are drawn.</summary>
internal static class Measures
{
    public const double Margin = 20,
        Gap = 26,
        Bend = 14,
        NameSize = 12,
        SmallSize = 11,
        LineHeight = 15,
        BoxHeight = 40,
        FrameTitle = 24,
        FramePadding = 14,
        LoopLane = 20,
        DotSize = 6;

    private const int LongestName = 40, LongestPrefix = 30, LongestKind = 64, LongestLabel = 64;

    /// <summary>Where the layer stands, and its own name: <c>mix/branch0/</c> and <c>conv</c>.</summary>
    /// <param name="around">What the frame around says already.</param>
    public static (string Prefix, string Name) NameOf(Box box, string around)
    {
        var name = box.Name.StartsWith(around, StringComparison.Ordinal) ? box.Name[around.Length..] : box.Name;
        var slash = name.LastIndexOf('/') + 1;
        var prefix = name[..slash];
        return (prefix.Length <= LongestPrefix ? prefix : "…" + prefix[^(LongestPrefix - 1)..], Text.Cut(name[slash..], LongestName));
    }

    public static string KindOf(Box box) => Text.Cut(box.Kind, LongestKind);

    public static string LabelOf(Arrow arrow) => Text.Cut(arrow.Label, LongestLabel);

    public static double LabelWidth(Arrow arrow) => Text.Width(LabelOf(arrow), SmallSize, bold: arrow.Bad) + 8;

    public static string TitleOf(Frame frame, string around)
    {
        var name = frame.Name.StartsWith(around, StringComparison.Ordinal) ? frame.Name[around.Length..] : frame.Name;
        return $"{Text.Cut(name, LongestName)} × {frame.Times}";
    }

    public static (double Width, double Height) SizeOf(Box box, string around)
    {
        var (prefix, name) = NameOf(box, around);
        var width = Math.Max(Text.Width(prefix, SmallSize) + Text.Width(name, NameSize, bold: true), Text.Width(KindOf(box), NameSize));
        foreach (var line in box.Reason)
            width = Math.Max(width, Text.Width(line, SmallSize));
        return (Math.Max(72, width + 20), BoxHeight + (box.Reason.Count > 0 ? (box.Reason.Count * LineHeight) + 6 : 0));
    }
}
