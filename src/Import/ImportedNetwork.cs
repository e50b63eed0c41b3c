using System.Globalization;
using System.Text.Json.Nodes;

namespace ConcatService.Import;

/// <summary>A file of another tool, read: the spec that it stands for, and what is to be known about the reading.</summary>
/// <param name="Format">yolo, darknet, keras or onnx.</param>
/// <param name="Dialect">Which tool or version wrote it, such as <c>ultralytics 8</c>.</param>
/// <param name="Spec">The network. It need not be valid: a fault of the file is a fault of the spec.</param>
public sealed record ImportedNetwork(string Format, string Dialect, JsonObject Spec)
{
    /// <summary>Of a file of Darknet's weights: what stands before the numbers.</summary>
    public const int WeightHeaderBytes = 20;

    /// <summary>Where each layer of the spec stands in the file, by its name. A layer inside a block has the place of its block.</summary>
    public IReadOnlyDictionary<string, Place> Sources { get; init; } = new Dictionary<string, Place>();

    /// <summary>What could not be read.</summary>
    public IReadOnlyList<Gap> Gaps { get; init; } = [];

    /// <summary>What the file leaves open, and how it was taken; each a sentence.</summary>
    public IReadOnlyList<string> Assumptions { get; init; } = [];

    /// <summary>What the file says, or its tool is known to say, about its own size; null where it says nothing.</summary>
    public FileCount? Count { get; init; }

    /// <summary>
    /// A JSON Patch of the spec as edits of the file; null where it cannot be written there. Null itself for formats that are not edited.
    /// </summary>
    public Func<JsonArray, IReadOnlyList<LineEdit>?>? Edits { get; init; }

    /// <summary>
    /// Asked where a row reads one that there is not: the rows' numbers as they are when a row was taken out, and before which. Null where
    /// there is no such row or no such numbers, and itself for formats without numbers.
    /// </summary>
    public Func<Renumbered?>? Renumber { get; init; }

    /// <summary>The place of a layer, or of the block that it is in.</summary>
    /// <param name="path">Where a finding stands in the spec, for one that names no layer: <c>/layers/3/inputs/1</c>.</param>
    public Place? PlaceOf(string? layer, string? path = null)
    {
        layer ??= path?.Split('/') switch
        {
            ["", "layers", var number, ..] when int.TryParse(number, CultureInfo.InvariantCulture, out var at) => NameAt(at),
            ["", "blocks", var block, ..] => block,
            _ => null,
        };
        for (var name = layer; !string.IsNullOrEmpty(name); name = name.Contains('/') ? name[..name.LastIndexOf('/')] : null)
        {
            if (Sources.TryGetValue(name, out var place))
                return place;
        }

        return null;
    }

    private string? NameAt(int layer) =>
        Spec["layers"] is JsonArray layers && layer >= 0 && layer < layers.Count ? layers[layer]!["name"]!.GetValue<string>() : null;
}

/// <summary>A place in a file.</summary>
/// <param name="Line">From 1. For ONNX, which has no lines, the number of the node.</param>
/// <param name="Column">From 1.</param>
/// <param name="Text">What stands there, at most <see cref="MaxText"/> characters.</param>
public readonly record struct Place(int Line, int Column, string Text)
{
    public const int MaxText = 200;

    public static Place Of(long line, long column, string text) =>
        new((int)line, (int)column, text.Length <= MaxText ? text : text[..MaxText]);
}

/// <summary>Something of the file that the spec does not have. Its code is always <c>import.unsupported</c>.</summary>
/// <param name="What">What it is called in the file.</param>
/// <param name="Message">What is missing and what stands in its place.</param>
/// <param name="Layer">The layer of the spec that stands in its place; null where there is none.</param>
/// <param name="Parameters">Parameters that the spec lacks because of it; null where that is unknown.</param>
public sealed record Gap(string What, string Message, string? Layer, Place? Source, long? Parameters = null);

/// <summary>The file's own count.</summary>
/// <param name="Numbers">Parameters and running statistics; null where only the size of their file is known.</param>
/// <param name="From">Where the count comes from.</param>
public sealed record FileCount(long? Numbers, string From)
{
    /// <summary>The size of the file of weights that belongs to it, in bytes; null where the format has none.</summary>
    public long? WeightBytes { get; init; }
}
