using System.Globalization;
using System.Text;
using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Planning;

namespace ConcatService.Import.Yolo;

/// <summary>
/// Where a row reads one that there is not, a row was probably taken out and the numbers behind it left as they were. Each place where that
/// may have been is tried: its numbers are those that leave the fewest errors and, of these, change the fewest rows.
/// </summary>
internal sealed class YoloRenumbering(string text, IReadOnlyList<RowText> rows, ImportOptions options)
{
    /// <summary>More rows than any network of these has; each place is read as a file.</summary>
    private const int MostRows = 200;

    private readonly string[] _lines = text.Split('\n');

    /// <summary>Null where every row reads what there is, or no place leaves that.</summary>
    public Renumbered? Find()
    {
        if (rows.Count > MostRows || !rows.Any(row => row.From.Any(from => from >= row.Index)))
            return null;
        return Enumerable.Range(0, rows.Count)
            .Select(place => (Place: place, Edits: Edits(place)))
            .Where(each => each.Edits is { Count: > 0 })
            .DistinctBy(each => string.Join('\n', each.Edits!.Select(edit => $"{edit.Line} {edit.New}")))
            .Select(each => (each.Place, Edits: each.Edits!, Errors: Errors(each.Edits!)))
            .OrderBy(each => each.Errors)
            .ThenBy(each => each.Edits.Count)
            .Select(each => new Renumbered(rows[each.Place].Line, each.Edits))
            .FirstOrDefault();
    }

    /// <summary>
    /// The numbers after a row before this one was taken out; null where they cannot be written, or one is too large still.
    /// </summary>
    private List<LineEdit>? Edits(int place)
    {
        var edits = new List<LineEdit>();
        foreach (var row in rows)
        {
            var reads = row.From.Select(from => Moved(from, row.Index, place)).ToList();
            if (reads.Any(from => from >= row.Index || row.Index + from < -1))
                return null;
            if (reads.SequenceEqual(row.From))
                continue;
            var line = _lines[row.Line - 1].TrimEnd('\r');
            if (row.Reading([.. reads.Select(from => from.ToString(CultureInfo.InvariantCulture))], line) is not { } changed)
                return null;
            edits.Add(new(row.Line, line, changed));
        }

        return edits;
    }

    /// <summary>What a number of before means now; who read the row that is gone reads the one before it.</summary>
    private static long Moved(long from, int index, int place)
    {
        if (from >= 0)
            return from >= place && from > 0 ? from - 1 : from;
        if (index < place || index + 1 + from > place)
            return from;                                                                // both sides moved, or neither
        return index + 1 + from == place ? place - 1 - index : from + 1;
    }

    private int Errors(IReadOnlyList<LineEdit> edits)
    {
        try
        {
            var network = YoloReader.Read(LineEdit.Apply(text, edits), options);
            using var spec = JsonDocument.Parse(Encoding.UTF8.GetBytes(network.Spec.ToJsonString()));
            return Compilation.Of(spec.RootElement).Report.Diagnostics.Count(found => found.Severity == Severity.Error);
        }
        catch (ImportException)
        {
            return int.MaxValue;
        }
    }
}
