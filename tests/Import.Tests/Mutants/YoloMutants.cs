using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Diagnostics;
using ConcatService.Import.Tests.Yolo;

namespace ConcatService.Import.Tests.Mutants;

/// <summary>
/// Networks of the YOLO family with one row wrong, a seed each: whether the finding names that row, and whether the file is valid after the
/// fixes that are offered were written into it.
/// </summary>
public static partial class YoloMutants
{
    private const int MostFixes = 10;

    private static readonly string[] Files =
    [
        YoloFiles.Version5(0.33, 0.25), YoloFiles.Version8, YoloFiles.Version9C, YoloFiles.Version10N, YoloFiles.Version11,
        YoloFiles.Version12,
    ];

    /// <summary>What came of a mutant.</summary>
    /// <param name="Kind">from, missing row, stride or width.</param>
    /// <param name="Change">The row before and after.</param>
    /// <param name="Told">The finding, with the lines that it and its cause name.</param>
    public sealed record Outcome(int Seed, string Kind, string Change, bool IsRowRight, bool IsRepaired, string Told);

    /// <summary>Null where the change leaves a network that is valid.</summary>
    public static Outcome? Of(int seed)
    {
        var random = new Random(seed);
        var lines = Files[random.Next(Files.Length)].Split('\n');
        var rows = Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith("  - [", StringComparison.Ordinal)).ToList();
        rows.RemoveAll(row => Anchors().IsMatch(lines[row]));
        var kind = new[] { "from", "missing row", "stride", "width" }[random.Next(4)];
        if (Changed(kind, lines, rows, random) is not { } change)
            return null;
        var text = string.Join('\n', change.Lines);
        var known = Read(string.Join('\n', lines), []).Network!.Gaps.Select(gap => gap.What).ToHashSet();
        var first = Read(text, known);
        return first.Fault is null && first.Finding is null
            ? null
            : new(
                seed,
                kind,
                $"{lines[change.Row].Trim()} -> {(kind == "missing row" ? "" : change.Lines[change.Row].Trim())}",
                first.Lines.Any(change.Truth.Contains),
                IsRepaired(text, known),
                $"lines {string.Join(", ", first.Lines)} of {string.Join(", ", change.Truth)}: {first.Fault ?? first.Finding?.Message} "
                    + $"[{string.Join(" | ", first.Finding?.Fixes.Take(3).Select(fix => fix.Title) ?? [])}]"
            );
    }

    private sealed record Change(string[] Lines, int Row, HashSet<int> Truth);

    private sealed record Reading(ImportedNetwork? Network, Diagnostic? Finding, string? Fault, IReadOnlyList<int> Lines);

    /// <summary>The file with one row changed; null where the row drawn has nothing of the kind.</summary>
    private static Change? Changed(string kind, string[] lines, List<int> rows, Random random)
    {
        var number = random.Next(1, rows.Count - 1);
        var row = rows[number];
        if (kind == "missing row")
            return new([.. lines.Where((_, i) => i != row)], row, Harmed(lines, rows, number));
        var changed = kind switch
        {
            "from" => From(lines[row], number, random),
            "stride" => Stride(lines[row], random),
            _ => Width(lines[row], random),
        };
        return changed is null || changed == lines[row]
            ? null
            : new([.. lines.Select((line, i) => i == row ? changed : line)], row, [row + 1]);
    }

    /// <summary>Another row among those before, in place of one that is named by its number.</summary>
    private static string? From(string line, int number, Random random)
    {
        var list = FromList().Match(line);
        if (!list.Success)
            return null;
        var reads = list.Groups[1].Value.Split(',').Select(each => long.Parse(each, CultureInfo.InvariantCulture)).ToArray();
        reads[random.Next(reads.Length)] = random.Next(0, number);
        return line.Replace(list.Value, $"[[{string.Join(", ", reads)}],", StringComparison.Ordinal);
    }

    private static string? Stride(string line, Random random)
    {
        if (line.Contains("nn.Upsample", StringComparison.Ordinal))
            return line.Replace("None, 2,", random.Next(2) == 0 ? "None, 4," : "None, 1,", StringComparison.Ordinal);
        return line.Contains(" Conv, ", StringComparison.Ordinal) || line.Contains(" SCDown, ", StringComparison.Ordinal)
            ? line.Contains(", 3, 2]", StringComparison.Ordinal) ? line.Replace(", 3, 2]", ", 3, 1]", StringComparison.Ordinal)
                : line.Replace(", 1, 1]", ", 1, 2]", StringComparison.Ordinal)
            : null;
    }

    private static string? Width(string line, Random random)
    {
        var width = WidthOf().Match(line);
        return width.Success && !line.Contains("Concat", StringComparison.Ordinal) && !line.Contains("Upsample", StringComparison.Ordinal)
            ? line.Replace(width.Value, $", [{random.Next(1, 40) * 8 + random.Next(0, 8)}", StringComparison.Ordinal)
            : null;
    }

    /// <summary>
    /// Lines that are wrong after a row is gone: the one that is now in its place, and those whose numbers mean another row than before.
    /// </summary>
    private static HashSet<int> Harmed(string[] lines, List<int> rows, int gone)
    {
        var harmed = new HashSet<int> { rows[gone] + 1 };
        for (var number = gone + 1; number < rows.Count; number++)
        {
            if (FromList().Match(lines[rows[number]]) is not { Success: true } list)
                continue;
            var reads = list.Groups[1].Value.Split(',').Select(each => long.Parse(each, CultureInfo.InvariantCulture));
            if (reads.Any(read => read >= gone || (read < -1 && number + read <= gone)))
                harmed.Add(rows[number]); // one line up
        }

        return harmed;
    }

    /// <param name="known">Gaps that the file has without the change.</param>
    private static Reading Read(string text, HashSet<string> known)
    {
        try
        {
            var scale = text.Contains("scales:", StringComparison.Ordinal) ? "n" : null;
            var network = Importer.Read(Encoding.UTF8.GetBytes(text), new(Scale: scale));
            using var spec = JsonDocument.Parse(network.Spec.ToJsonString());
            var report = Compiler.Compile(spec.RootElement.Clone()).Report;
            var found = report.Diagnostics.FirstOrDefault(each => each.Severity == Severity.Error);
            var gap = network.Gaps.FirstOrDefault(gap => !known.Contains(gap.What));
            return gap is not null
                ? new(network, found, gap.Message, [gap.Source?.Line ?? 0])
                : new(network, found, null, found is null ? [] : Named(network, found));
        }
        catch (ImportException refused)
        {
            return new(null, null, refused.Message, [refused.Line ?? 0]);
        }
    }

    /// <summary>The lines that a finding names: where it is, its cause, and the layers that its message compares.</summary>
    private static List<int> Named(ImportedNetwork network, Diagnostic found)
    {
        var text = $"{found.Message} {found.Cause?.Explanation}";
        var told = network.Sources.Where(each => text.Contains($"{each.Key} ", StringComparison.Ordinal)).Select(each => each.Value);
        Place?[] own =
        [
            network.PlaceOf(found.Layer, found.Path.ToString()),
            network.PlaceOf(found.Cause?.Layer, found.Cause?.Path?.ToString()),
        ];
        return [.. own.OfType<Place>().Concat(told).Select(place => place.Line).Distinct()];
    }

    /// <summary>Writes the first fix that is an edit of the file, of the first finding, until none is left.</summary>
    private static bool IsRepaired(string text, HashSet<string> known)
    {
        for (var fixes = 0; fixes < MostFixes; fixes++)
        {
            var reading = Read(text, known);
            if (reading is { Fault: null, Finding: null })
                return true;
            if (reading.Finding is not { } found || reading.Network?.Edits is not { } edits)
                return false;
            var first = found.Fixes.Select(fix => edits(fix.Patch)).FirstOrDefault(each => each is not null)
                ?? reading.Network.Renumber?.Invoke()?.Edits;
            if (first is null)
                return false;
            text = LineEdit.Apply(text, first);
        }

        return false;
    }

    [GeneratedRegex(@"\[\[(-?\d+(?:, -?\d+)+)\],")]
    private static partial Regex FromList();

    /// <summary>A row of six numbers.</summary>
    [GeneratedRegex(@"- \[\d+(, \d+){5}\]")]
    private static partial Regex Anchors();

    [GeneratedRegex(@", \[\d+")]
    private static partial Regex WidthOf();
}
