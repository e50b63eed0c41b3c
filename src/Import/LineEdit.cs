namespace ConcatService.Import;

/// <summary>A line of the file that becomes another, or a line that is put before it.</summary>
/// <param name="Line">From 1, in the file as sent.</param>
/// <param name="Old">The line as it is; null where <paramref name="New"/> is put before it.</param>
public sealed record LineEdit(int Line, string? Old, string New)
{
    /// <summary>The text with the edits made.</summary>
    public static string Apply(string text, IReadOnlyList<LineEdit> edits)
    {
        var lines = text.Split('\n').ToList();
        // From the end, so that numbers stay right; of lines that are put before the same one, the last is put first.
        foreach (var edit in edits.Reverse().OrderByDescending(edit => edit.Line).ThenBy(edit => edit.Old is null))
        {
            var ending = lines[edit.Line - 1].EndsWith('\r') ? "\r" : "";
            if (edit.Old is null)
                lines.Insert(edit.Line - 1, edit.New + ending);
            else
                lines[edit.Line - 1] = edit.New + ending;
        }

        return string.Join('\n', lines);
    }
}

/// <summary>Numbers of rows, counted anew after one was taken out.</summary>
/// <param name="Line">Of the row before which it stood.</param>
public sealed record Renumbered(int Line, IReadOnlyList<LineEdit> Edits);
