using System.Runtime.CompilerServices;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using Npgsql;

namespace ConcatService.Persistence.Retention;

/// <summary>Jobs that ended longer ago than a kind is kept, a page at a time, the oldest first.</summary>
internal static class EndedJobs
{
    private const int PageJobs = 100;

    private static readonly string[] Failed = JobSql.Names([JobState.Failed, JobState.Cancelled]);
    private static readonly string[] Succeeded = JobSql.Names([JobState.Succeeded]);
    private static readonly string[] Ended = JobSql.Names(JobLife.Terminal);

    private const string PageSql = $"""
        select id, finished_at from jobs
        where {RetentionScope.Condition} and state = any(@states) and finished_at < now() - @period and (finished_at, id) > (@at, @id)
        order by finished_at, id limit @most
        """;

    public static async IAsyncEnumerable<Guid[]> PagesAsync(
        NpgsqlDataSource source,
        RetentionScope scope,
        RetentionKind kind,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var (at, id) = (DateTimeOffset.UnixEpoch, Guid.Empty);
        while (true)
        {
            var page = new List<Guid>();
            await using (var select = source.CreateCommand(PageSql))
            {
                scope.AddTo(select, kind);
                select.Parameters.AddWithValue("states", StatesOf(kind));
                select.Parameters.AddWithValue("at", at);
                select.Parameters.AddWithValue("id", id);
                select.Parameters.AddWithValue("most", PageJobs);
                await using var reader = await select.ExecuteReaderAsync(cancel);
                while (await reader.ReadAsync(cancel))
                {
                    (id, at) = (reader.GetGuid(0), await reader.GetFieldValueAsync<DateTimeOffset>(1, cancel));
                    page.Add(id);
                }
            }

            if (page.Count > 0)
                yield return [.. page];
            if (page.Count < PageJobs)
                yield break;
        }
    }

    private static string[] StatesOf(RetentionKind kind) =>
        kind switch
        {
            RetentionKind.FailedCheckpoints => Failed,
            RetentionKind.FinishedCheckpoints => Succeeded,
            _ => Ended,
        };
}
