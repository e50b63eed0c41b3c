using System.Text.Json.Nodes;

namespace ConcatService.Import.Yolo;

/// <summary>What stands above the rows, and what was chosen of it.</summary>
internal sealed record YoloSettings
{
    /// <summary>Whether it is a file of the YOLOv5 repository: its head has anchors.</summary>
    public bool HasAnchors { get; init; }

    /// <summary>Boxes for each place, by anchors.</summary>
    public long Anchors { get; init; } = 3;

    public long Classes { get; init; } = 80;

    public long Channels { get; init; } = 3;

    /// <summary>The key of <c>scales</c> that was taken; empty where there are none.</summary>
    public string Scale { get; init; } = "";

    public double Depth { get; init; } = 1;

    public double Width { get; init; } = 1;

    public double MaxChannels { get; init; } = double.PositiveInfinity;

    public JsonNode? Activation { get; init; } = "silu";

    /// <summary>Bins of a side's distribution.</summary>
    public long RegMax { get; init; } = 16;

    /// <summary>Whether the head is there a second time, for answers without suppression.</summary>
    public bool EndToEnd { get; init; }

    /// <summary>Whether the head's class branch has plain convolutions, as before version 11.</summary>
    public bool LegacyHead { get; init; } = true;

    /// <summary>Repetitions after the depth factor; rounds halves to even, as Python does.</summary>
    public long Repeats(long written) =>
        written > 1 ? Math.Max((long)Math.Round(Math.Min(written * Depth, 1e9), MidpointRounding.ToEven), 1) : written;

    /// <summary>A width after the width factor: a multiple of 8. Widths of the head's output are not scaled.</summary>
    public long Scaled(long width) =>
        width == (HasAnchors ? Anchors * (Classes + 5) : Classes)
            ? width
            : (long)Math.Min(Math.Ceiling(Math.Min(width, MaxChannels) * Width / 8) * 8, Arguments.MaxSize);
}
