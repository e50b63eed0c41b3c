using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Queue;
using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>
/// Rings again for queued jobs that no worker will hear of: the process that queued them died before it rang, or the one that heard died
/// before its claim. Of teams that run as many jobs as they may, none rings; of the others a bounded number at a time, the oldest.
/// </summary>
public sealed class Doorbells(NpgsqlDataSource source, JobQueue queue)
{
    // An entry's first argument is the id as a JSON text inside JSON. One that is fetched already has been heard; if nothing came of it,
    // nothing will.
    private const string Sql = """
        select id, queue, attempt from jobs
        left join team_quotas using (team_id)
        where state = @queued and queued_at < now() - @timeout
          and id::text not in (
              select trim(both '"' from entry.arguments ->> 0) from hangfire.jobqueue bell join hangfire.job entry on entry.id = bell.jobid
              where bell.fetchedat is null and entry.arguments ->> 0 is not null)
          and (running_jobs is null
               or running_jobs > (select count(*) from jobs held where held.team_id = jobs.team_id and held.lease_owner is not null))
        order by queued_at limit 100
        """;

    /// <summary>Returns how many rang.</summary>
    public async Task<int> RingMissingAsync(CancellationToken cancel)
    {
        var silent = new List<(Guid Id, string Queue)>();
        await using (var command = source.CreateCommand(Sql))
        {
            command.Parameters.AddWithValue("queued", JobState.Queued.Name());
            command.Parameters.AddWithValue("timeout", JobLife.EnqueueTimeout);
            await using var reader = await command.ExecuteReaderAsync(cancel);
            while (await reader.ReadAsync(cancel))
                silent.Add((reader.GetGuid(0), Queues.Waiting(reader.GetString(1), reader.GetInt32(2))));
        }

        foreach (var (id, name) in silent)
            queue.Ring(id, name);
        return silent.Count;
    }
}
