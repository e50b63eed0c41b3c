using System.Diagnostics;
using ConcatService.Persistence.Jobs;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace ConcatService.Worker.Supervision;

/// <summary>What every log line about a job's attempt says: a trace id of its own, the team and the job.</summary>
internal sealed class JobScope(ILogger log, Guid job, string team)
{
    private static readonly Func<ILogger, string, string, Guid, IDisposable?> Scope = LoggerMessage.DefineScope<string, string, Guid>(
        "TraceId:{TraceId}, Team:{Team}, Job:{Job}"
    );

    private readonly string _trace = ActivityTraceId.CreateRandom().ToHexString();

    /// <param name="source">Knows the team's name; its number stands for it while the database is away.</param>
    public static async Task<JobScope> OfAsync(ILogger log, NpgsqlDataSource source, Guid job, int team, CancellationToken cancel)
    {
        try
        {
            return new(log, job, await TeamName.ReadAsync(source, team, cancel));
        }
        catch (NpgsqlException)
        {
            return new(log, job, $"{team}");
        }
    }

    public IDisposable? Begin() => Scope(log, _trace, team, job);
}
