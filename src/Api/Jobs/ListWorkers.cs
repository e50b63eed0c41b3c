using ConcatService.Api.Access;
using ConcatService.Api.Paging;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/workers: who listens to which queue on what device. Workers serve all teams; what a worker is at is shown to the job's own team
/// only.
/// </summary>
internal static class ListWorkers
{
    /// <param name="MemoryBytes">What a training may take; null where that is not known, as on a GPU.</param>
    /// <param name="Bfloat16">Whether the processor multiplies bfloat16 in hardware.</param>
    /// <param name="Alive">Seen within the last 30 seconds.</param>
    /// <param name="Busy">Whether it trains; <paramref name="CurrentJob"/> is null where the job is another team's.</param>
    public sealed record Worker(
        string Id,
        string Host,
        int ProcessId,
        string Device,
        long? MemoryBytes,
        bool Bfloat16,
        string[] Queues,
        bool Alive,
        bool SpareReady,
        bool Busy,
        Guid? CurrentJob,
        DateTimeOffset StartedAt,
        DateTimeOffset LastSeenAt
    );

    public static async Task<Ok<Page<Worker>>> Handle(Caller caller, ConcatDb db, CancellationToken cancel)
    {
        // The database's clock wrote the times, so it also judges them.
        var alive = await db
            .Database.SqlQuery<string>($"select id as \"Value\" from workers where last_seen_at > now() - {JobLife.WorkerTimeout}")
            .ToListAsync(cancel);
        var workers = await db.Workers.AsNoTracking().OrderByDescending(worker => worker.StartedAt).ToListAsync(cancel);
        var current = workers.Select(worker => worker.CurrentJob).ToArray();
        var mine = await db
            .Jobs.Where(job => job.TeamId == caller.TeamId && current.Contains(job.Id))
            .Select(job => job.Id)
            .ToListAsync(cancel);
        return TypedResults.Ok(
            new Page<Worker>(
                [
                    .. workers.Select(worker => new Worker(
                        worker.Id,
                        worker.Host,
                        worker.ProcessId,
                        worker.Device,
                        worker.MemoryBytes,
                        worker.Bfloat16,
                        worker.Queues,
                        alive.Contains(worker.Id),
                        worker.SpareReady,
                        worker.CurrentJob is not null,
                        worker.CurrentJob is { } job && mine.Contains(job) ? job : null,
                        worker.StartedAt,
                        worker.LastSeenAt
                    )),
                ],
                false,
                null
            )
        );
    }
}
