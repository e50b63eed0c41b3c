using ConcatService.Api.Errors;

namespace ConcatService.Api.Requests;

/// <summary>Refuses parameters of the query that no call can take. Of the path the server itself does.</summary>
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
        foreach (var (name, values) in context.Request.Query)
        {
            if (NulCharacter.IsIn(name) || values.Any(NulCharacter.IsIn))
                yield return Nul(name.Replace("\0", ""));
        }
    }

    private static ParameterError Nul(string name) => new(name, NulCharacter.Code, $"'{name}' contains the character NUL.");
}
