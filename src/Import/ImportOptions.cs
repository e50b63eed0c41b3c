using System.Globalization;

namespace ConcatService.Import;

/// <summary>What a caller says beside the file.</summary>
/// <param name="Format">auto, yolo, darknet, keras or onnx. Default: auto, by the content.</param>
/// <param name="Scale">For YOLO files with several sizes: the one to take. Default: the first.</param>
/// <param name="Input">
/// The input's name and sizes, where the file leaves them open. Default: what its format is usually trained with.
/// </param>
public sealed record ImportOptions(string Format = "auto", string? Scale = null, InputSize? Input = null);

/// <summary>An input as a caller writes it: <c>image:3x640x640</c>.</summary>
/// <param name="Shape">Without the batch; each a long or a symbol.</param>
public sealed record InputSize(string Name, IReadOnlyList<object> Shape)
{
    /// <summary>Null where the text is none.</summary>
    public static InputSize? Parse(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? "image" : text[..colon];
        var sizes = text[(colon + 1)..].Split('x').Select(Size).ToList();
        return SpecWriter.Legal(name) == name && sizes.Count <= 4 && sizes.TrueForAll(size => size is not null) ? new(name, sizes!) : null;
    }

    private static object? Size(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            ? size is >= 1 and <= int.MaxValue ? size : null
            : text is [>= 'A' and <= 'Z', ..] && text.Length <= 16 && text.All(char.IsAsciiLetterOrDigit) && text != "N" ? text : null;
}
