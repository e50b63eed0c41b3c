using System.Collections.Concurrent;

namespace ConcatService.FuzzApi;

/// <summary>An answer that should not have been, with the request that brought it.</summary>
public sealed record FuzzFailure(HostileRequest Request, string What)
{
    public override string ToString() => $"seed {Request.Seed}: {Request.Route}: {What}\n  {Request.Reproduction()}";
}

/// <summary>What became of many requests.</summary>
public sealed class FuzzOutcome
{
    /// <summary>How many answers there were of each status; 0: the connection was closed for what the request carries.</summary>
    public ConcurrentDictionary<int, int> Statuses { get; } = new();

    /// <summary>How many requests each call of the document got, how many of them it took (2xx), and how long all were under way.</summary>
    public ConcurrentDictionary<ApiRoute, (int Sent, int Taken, TimeSpan Elapsed)> Routes { get; } = new();

    public ConcurrentQueue<FuzzFailure> Failures { get; } = new();

    /// <summary>Whether there is no server any more to send to.</summary>
    public bool IsStopped { get; private set; }

    public void Stop() => IsStopped = true;

    public void Count(ApiRoute route, int status, TimeSpan elapsed)
    {
        Statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
        var taken = status is >= 200 and < 300 ? 1 : 0;
        Routes.AddOrUpdate(
            route,
            (1, taken, elapsed),
            (_, count) => (count.Sent + 1, count.Taken + taken, count.Elapsed + elapsed)
        );
    }
}
