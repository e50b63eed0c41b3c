using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace ConcatService.Cli.Check;

/// <summary>A report as lines, each finding at its place in the file: <c>net.yaml:32:5: error concat.shape_mismatch: …</c>.</summary>
/// <param name="imported">The import's answer; null for a spec, whose places are those of its JSON.</param>
internal sealed class Findings(string path, byte[] file, JsonNode? imported)
{
    private const int MostFixes = 2;

    private readonly string[] _lines = IsText(file) ? Encoding.UTF8.GetString(file).ReplaceLineEndings("\n").Split('\n') : [];

    /// <summary>Writes it; true when there is an error.</summary>
    public bool Write(TextWriter output, JsonNode report)
    {
        var errors = 0;
        foreach (var found in report["diagnostics"]!.AsArray())
        {
            errors += (string?)found!["severity"] == "error" ? 1 : 0;
            WriteFinding(output, found);
        }

        foreach (var gap in imported?["gaps"]?.AsArray() ?? [])
            output.WriteLine($"{At(gap!["source"], null)}info {gap["code"]}: {gap["message"]}");
        foreach (var assumption in imported?["assumptions"]?.AsArray() ?? [])
            output.WriteLine($"{path}: info assumed: {assumption}");
        var size = errors == 0 && (long?)report["parameters"] is { } parameters
            ? string.Create(CultureInfo.InvariantCulture, $", {parameters:N0} parameters")
            : "";
        output.WriteLine($"{path}: {(errors == 0 ? "no errors" : errors == 1 ? "1 error" : $"{errors} errors")}{size}.");
        return errors > 0;
    }

    private void WriteFinding(TextWriter output, JsonNode found)
    {
        var (source, pointer) = (found["source"], (string?)found["path"]);
        output.WriteLine($"{At(source, pointer)}{found["severity"]} {found["code"]}: {found["message"]}");
        if (LineOf(source, pointer) is { } line && line <= _lines.Length)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{line,6} | {_lines[line - 1]}"));
        if (found["cause"] is { } cause)
            output.WriteLine($"  {At(cause["source"], (string?)cause["path"])}note: {cause["explanation"]}");
        foreach (var (index, fix) in found["fixes"]!.AsArray().Take(MostFixes).Index())
        {
            output.WriteLine($"  {(index == 0 ? "fix" : "or")}: {fix!["title"]} ({fix["effect"]})");
            foreach (var edit in fix["edits"]?.AsArray() ?? [])
                WriteEdit(output, edit!);
        }
    }

    private static void WriteEdit(TextWriter output, JsonNode edit)
    {
        if (edit["old"] is { } old)
            output.WriteLine($"      {edit["line"]} - {old}");
        output.WriteLine($"      {edit["line"]} + {edit["new"]}");
    }

    private string At(JsonNode? source, string? pointer)
    {
        var column = (int?)source?["column"] is { } given ? $"{given}:" : "";
        return LineOf(source, pointer) is { } line ? $"{path}:{line}:{column} " : $"{path}: ";
    }

    private int? LineOf(JsonNode? source, string? pointer) =>
        (int?)source?["line"] ?? (imported is null && pointer is not null ? JsonPlaces.LineOf(file, pointer) : null);

    private static bool IsText(byte[] file) => file.AsSpan(0, Math.Min(file.Length, 4096)).IndexOf((byte)0) < 0;
}
