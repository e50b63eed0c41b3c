namespace ConcatService.Domain.Fields;

/// <summary>Finds the name that a mistyped one probably meant.</summary>
public static class Spelling
{
    /// <summary>
    /// Names that are looked at, the nearest scope's first: a network of 20,000 layers with a thousand mistakes is still answered at once.
    /// </summary>
    private const int MostCandidates = 200;

    /// <summary>Shorter beginnings are chance.</summary>
    private const int LeastBeginning = 4;

    /// <summary>
    /// The known name nearest to <paramref name="written"/>, or null when none is near: more than a third of the letters differ, and
    /// neither begins with the other (<c>concatenate</c> for <c>concat</c>).
    /// </summary>
    public static string? Nearest(string written, IEnumerable<string> known)
    {
        if (written.Length > 64)
            return null;
        var candidates = known.Take(MostCandidates).ToList();
        var best = candidates
            .Select(name => (Name: name, Distance: Distance(written, name)))
            .DefaultIfEmpty()
            .MinBy(candidate => candidate.Distance);
        return best.Name is not null && best.Distance <= Math.Max(1, Math.Max(written.Length, best.Name.Length) / 3)
            ? best.Name
            : candidates.Where(name => IsBeginning(name, written) || IsBeginning(written, name)).MaxBy(name => name.Length);
    }

    /// <summary>A sentence to append to a message, with a leading blank, or nothing.</summary>
    public static string DidYouMean(string written, IEnumerable<string> known) =>
        Nearest(written, known) is { } name ? $" Did you mean '{name}'?" : "";

    private static bool IsBeginning(string name, string longer) =>
        name.Length >= LeastBeginning && longer.StartsWith(name, StringComparison.Ordinal);

    // Optimal string alignment: insertions, deletions, substitutions and swaps of neighbors count one each.
    private static int Distance(string a, string b)
    {
        var rows = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++)
            rows[i, 0] = i;
        for (var j = 0; j <= b.Length; j++)
            rows[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = rows[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(substitution, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[a.Length, b.Length];
    }
}
