namespace ConcatService.Domain.Diagnostics;

/// <summary>Collects every finding of one compilation. Nothing short-circuits: a caller sees all independent errors at once.</summary>
public sealed class Report
{
    private const int MostFindings = 1000;

    private readonly List<Diagnostic> _diagnostics = [];
    private int _more;

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    public bool HasErrors { get; private set; }

    /// <summary>Whether some size of the spec's symbols is excluded.</summary>
    public bool HasConditions { get; private set; }

    /// <summary>
    /// Whether there are so many findings that no more are kept. A repetition would otherwise tell of one fault 20,000 times.
    /// </summary>
    public bool IsFull => _diagnostics.Count >= MostFindings;

    public void Add(Diagnostic diagnostic)
    {
        HasErrors |= diagnostic.Severity == Severity.Error;
        HasConditions |= diagnostic.Severity == Severity.Condition;
        if (IsFull)
            _more++;
        else
            _diagnostics.Add(diagnostic);
    }

    /// <summary>Says so where the list was cut. Nothing is added afterwards.</summary>
    public void Close()
    {
        if (IsFull)
            _diagnostics.Add(
                new(
                    Codes.MoreFindings,
                    Severity.Info,
                    SpecPath.Root,
                    $"The first {MostFindings:N0} findings are listed; {(_more > 0 ? $"{_more:N0} more were found, and " : "")}the search "
                        + $"may have ended before all were. Repair these and ask again."
                )
            );
    }

    public void Error(Code code, SpecPath path, string message, string? layer = null) =>
        Add(new(code, Severity.Error, path, message, layer));

    public void Warning(Code code, SpecPath path, string message, string? layer = null) =>
        Add(new(code, Severity.Warning, path, message, layer));

    /// <summary>Puts the cause and the fixes of a finding in its place.</summary>
    public void Replace(Diagnostic finding, Diagnostic explained) => _diagnostics[_diagnostics.IndexOf(finding)] = explained;
}
