using ConcatService.Domain.Diagnostics;

namespace ConcatService.Domain.Fields;

/// <summary>
/// Findings about names that there are not, with the one that was meant: by the field's vocabulary first, then by spelling.
/// </summary>
internal static class UnknownNames
{
    /// <param name="message">What is not there, a sentence.</param>
    /// <param name="known">The fields that the object may have.</param>
    public static void Field(Report report, SpecPath owner, string written, string message, IReadOnlyCollection<string> known)
    {
        var meant = Vocabulary.Field(written, known);
        var isTold = meant is null && Vocabulary.IsTold(written);
        var advice =
            meant is not null ? Meant(meant)
            : isTold ? " Leave it out: shapes tell it."
            : Spelling.DidYouMean(written, known);
        report.Add(
            new(Codes.UnknownField, Severity.Error, owner[written], message + advice)
            {
                Evidence = meant is null && !isTold ? null : new Misnamed(owner, written, meant),
            }
        );
    }

    /// <param name="path">Where the type stands: its object's <c>type</c>, or the name itself.</param>
    /// <param name="message">What is not there, a sentence.</param>
    /// <param name="known">The types that there are.</param>
    public static void Type(Report report, SpecPath path, string written, string message, IReadOnlyCollection<string> known)
    {
        var meant = Vocabulary.Type(written, known);
        var advice = meant is not null ? Meant(meant) : Vocabulary.Hint(written) ?? Spelling.DidYouMean(written, known);
        report.Add(
            new(Codes.UnknownType, Severity.Error, path, message + advice)
            {
                Evidence = meant is null || path.Key is not { } field ? null : new Misnamed(path.Parent!, field, meant) { IsType = true },
            }
        );
    }

    private static string Meant(string name) => $" Did you mean '{name}'?";
}
