namespace ConcatService.Import;

/// <summary>A file that cannot be read at all.</summary>
/// <param name="code">Stable: <c>import.malformed</c>, <c>import.too_large</c> or <c>import.format</c>.</param>
public sealed class ImportException(string code, string message, int? line = null, int? column = null) : Exception(message)
{
    public string Code => code;

    /// <summary>Where in the file, from 1; null where that is unknown.</summary>
    public int? Line => line;

    public int? Column => column;

    public static ImportException Malformed(string message, long line, long column) =>
        new("import.malformed", $"Line {line}, column {column}: {message}", (int)line, (int)column);

    public static ImportException TooLarge(string message) => new("import.too_large", message);
}
