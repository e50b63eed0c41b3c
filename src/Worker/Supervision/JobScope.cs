using System.Diagnostics;
using ConcatService.Persistence.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcatService.Worker.Supervision;

/// <summary>
/// What every log line about a job's attempt says: the trace of the request that asked for the job, the team and the job.
/// </summary>
internal sealed class JobScope(ILogger log, Guid job, JobSubject subject)
{
    private static readonly Func<ILogger, string, string, Guid, IDisposable?> Scope = LoggerMessage.DefineScope<string, string, Guid>(
        "TraceId:{TraceId}, Team:{Team}, Job:{Job}"
    );

    private readonly string _trace = TraceOf(subject.Traceparent).ToHexString();

    /// <summary>The request, or null where none is known.</summary>
    public string? Traceparent => subject.Traceparent;

    /// <param name="source">Knows the team's name; its number stands for it while the database is away.</param>
    public static async Task<JobScope> OfAsync(ILogger log, NpgsqlDataSource source, Guid job, int team, CancellationToken cancel)
    {
        try
        {
            return new(log, job, await JobSubject.ReadAsync(source, job, team, cancel));
        }
        catch (NpgsqlException away) when (away.IsTransient)
        {
            return new(log, job, new($"{team}", null));
        }
    }

    public IDisposable? Begin() => Scope(log, _trace, subject.Team, job);

    /// <summary>One of its own where no request is known.</summary>
    private static ActivityTraceId TraceOf(string? traceparent) =>
        ActivityContext.TryParse(traceparent, null, out var request) ? request.TraceId : ActivityTraceId.CreateRandom();
}
