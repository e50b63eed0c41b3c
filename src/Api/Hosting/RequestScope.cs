using System.Collections;
using ConcatService.Api.Access;

namespace ConcatService.Api.Hosting;

/// <summary>
/// What every log line of a request says beside its trace id: the caller's team, and the job that is asked about. One scope for all of the
/// request, so that a failure that is told at the very end has them too; the team is filled in once it is known. It keeps nothing of the
/// request itself: whatever a request starts may log after its end.
/// </summary>
internal sealed class RequestScope : IReadOnlyList<KeyValuePair<string, object?>>
{
    private const string Jobs = "/v1/jobs/";
    private const int IdLength = 36;
    private const string Nobody = "-";

    private readonly Guid? _job;
    private volatile string _team = Nobody;

    private RequestScope(string? path)
    {
        if (
            path?.StartsWith(Jobs, StringComparison.Ordinal) == true
            && path.Length >= Jobs.Length + IdLength
            && Guid.TryParse(path.AsSpan(Jobs.Length, IdLength), out var job)
        )
            _job = job;
    }

    public int Count => _job is null ? 1 : 2;

    public KeyValuePair<string, object?> this[int index] => index == 0 ? new("Team", _team) : new("Job", _job);

    /// <summary>The first of all: everything behind it logs within the scope.</summary>
    public static void UseIn(WebApplication app)
    {
        var log = app.Logger;
        app.Use(async (http, next) =>
        {
            var scope = new RequestScope(http.Request.Path.Value);
            http.Features.Set(scope);
            using (log.BeginScope(scope))
                await next(http);
        });
    }

    /// <summary>Behind authentication.</summary>
    public static void NameTeamIn(WebApplication app) =>
        app.Use((http, next) =>
        {
            if (http.Features.Get<RequestScope>() is { } scope && Caller.TeamNameOf(http.User) is { } team)
                scope._team = team;
            return next(http);
        });

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return this[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => _job is null ? $"Team:{_team}" : $"Team:{_team}, Job:{_job}";
}
