using System.Collections;
using ConcatService.Api.Access;

namespace ConcatService.Api.Hosting;

/// <summary>
/// What every log line of a request says beside its trace id: the caller's team, and the job that is asked about. It is looked at when a
/// line is written, so that it is known wherever that happens: also behind authentication, and when a failure is told at the very end.
/// </summary>
internal sealed class RequestScope(HttpContext http) : IReadOnlyList<KeyValuePair<string, object?>>
{
    private const string Jobs = "/v1/jobs/";
    private const int IdLength = 36;

    public int Count => Values().Count;

    public KeyValuePair<string, object?> this[int index] => Values()[index];

    public static void Use(WebApplication app)
    {
        var log = app.Logger;
        app.Use(async (http, next) =>
        {
            using (log.BeginScope(new RequestScope(http)))
                await next(http);
        });
    }

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => Values().GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(", ", Values().Select(value => $"{value.Key}:{value.Value}"));

    private List<KeyValuePair<string, object?>> Values()
    {
        List<KeyValuePair<string, object?>> values = [new("Team", Caller.TeamNameOf(http.User) ?? "-")];
        if (
            http.Request.Path.Value is { } path
            && path.StartsWith(Jobs, StringComparison.Ordinal)
            && path.Length >= Jobs.Length + IdLength
            && Guid.TryParse(path.AsSpan(Jobs.Length, IdLength), out var job)
        )
            values.Add(new("Job", job));
        return values;
    }
}
