using ConcatService.Api.Errors;
using ConcatService.Domain.Fields;

namespace ConcatService.Api.Requests;

/// <summary>
/// Refuses parameters of the query that the call does not know, or that no call can take. The path the server checks itself.
/// </summary>
internal static class ParameterCheck
{
    /// <summary>Behind authorization: whoever has no key learns nothing of the call.</summary>
    public static void UseParameterCheck(this WebApplication app) =>
        app.Use((context, next) =>
            Faults(context).ToArray() is { Length: > 0 } faults ? Problems.OfParameters(faults).ExecuteAsync(context) : next(context)
        );

    private static IEnumerable<ParameterError> Faults(HttpContext context)
    {
        if (!context.Request.QueryString.HasValue)
            yield break;
        var known = context.GetEndpoint() is { } endpoint ? QueryNames.Of(endpoint) : null;
        foreach (var (name, values) in context.Request.Query)
        {
            if (NulCharacter.IsIn(name) || values.Any(NulCharacter.IsIn))
                yield return Nul(name.Replace("\0", ""));
            else if (known?.Contains(name, StringComparer.OrdinalIgnoreCase) == false)
                yield return Unknown(name, known);
        }
    }

    private static ParameterError Unknown(string name, IReadOnlyList<string> known) =>
        new(
            name,
            "unknown_parameter",
            $"There is no query parameter '{name}'.{Spelling.DidYouMean(name, known)} "
                + (known.Count == 0 ? "This call takes none." : $"This call takes {string.Join(", ", known)}.")
        );

    private static ParameterError Nul(string name) => new(name, NulCharacter.Code, $"'{name}' contains the character NUL.");
}
