namespace ConcatService.Import.Yolo;

/// <summary>A module that is to be written for a row.</summary>
/// <param name="Writer">Where its layers go.</param>
/// <param name="From">What it reads; null for what feeds the list.</param>
/// <param name="Prefix">Before the names of its layers.</param>
/// <param name="In">Channels that it reads.</param>
/// <param name="Out">The first argument after the width factor; for modules that keep their width, <paramref name="In"/>.</param>
/// <param name="Repeats">After the depth factor.</param>
/// <param name="Arguments">As the row has them: the first is the width.</param>
internal sealed record ModuleCall(
    BlockWriter Writer,
    string? From,
    string Prefix,
    long In,
    long Out,
    long Repeats,
    Arguments Arguments,
    YoloSettings Settings,
    Action<string, long?> Gap
)
{
    public string Name(string layer) => Prefix + layer;
}

/// <summary>How a module of these files is read.</summary>
/// <param name="IsScaled">Whether its first argument is a width, to which the width factor applies.</param>
/// <param name="TakesRepeats">Whether it repeats a part of itself; otherwise the row repeats the whole module.</param>
/// <param name="Write">Writes its layers and returns the channels of its output.</param>
internal sealed record Module(bool IsScaled, bool TakesRepeats, Func<ModuleCall, long> Write);
