using System.Runtime.CompilerServices;
using Npgsql;

namespace ConcatService.Persistence.Retention;

/// <summary>
/// Deletes what is older than it is to be kept, a bounded batch in a statement, or says what would go. Nothing goes that an alias, a model
/// version or a job that has not ended needs.
/// </summary>
/// <param name="source">The database.</param>
/// <param name="instance">For teams that have not chosen for themselves.</param>
public sealed class RetentionSweep(NpgsqlDataSource source, RetentionSettings instance)
{
    /// <summary>Rows in a statement, at most: 10,000, some 100 ms. Checkpoints go one by one, their bytes 32 MiB at a time.</summary>
    public int BatchRows { get; init; } = 10_000;

    /// <summary>Deletes for all teams. What is returned is deleted; whoever stops in between may go on with a new sweep.</summary>
    public async IAsyncEnumerable<Removed> RunAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        foreach (var scope in await RetentionScope.ReadAllAsync(source, instance, cancel))
            foreach (var kind in RetentionKinds.All.Where(kind => scope.Settings[kind] is not null))
                await foreach (var batch in RunAsync(scope, kind, cancel))
                    yield return batch;
    }

    /// <summary>What a sweep would delete of these teams now; one entry for each kind, also for those that are kept forever.</summary>
    public async Task<IReadOnlyList<Removed>> PreviewAsync(RetentionScope scope, CancellationToken cancel)
    {
        var found = new List<Removed>(await OldCheckpoints.CountAsync(source, scope, cancel));
        foreach (var kind in RetentionKinds.All.Where(kind => scope.Settings[kind] is not null && !IsOfCheckpoints(kind)))
        {
            await foreach (var jobs in JobsAsync(scope, kind, cancel))
                foreach (var rows in OldRows.Of(kind))
                    found.Add(await rows.CountAsync(source, scope, kind, jobs, cancel));
            if (kind == RetentionKind.Exports)
                found.Add(await LooseBlobs.CountAsync(source, scope, cancel));
        }

        return
        [
            .. RetentionKinds.All.Select(kind =>
                found.Where(each => each.Kind == kind)
                    .Aggregate(new Removed(kind, 0, 0), (sum, each) => new(kind, sum.Rows + each.Rows, sum.Bytes + each.Bytes))
            ),
        ];
    }

    private async IAsyncEnumerable<Removed> RunAsync(
        RetentionScope scope,
        RetentionKind kind,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        await foreach (var jobs in JobsAsync(scope, kind, cancel))
        {
            foreach (var rows in OldRows.Of(kind))
                await foreach (var batch in rows.RemoveAsync(source, scope, kind, jobs, BatchRows, cancel))
                    yield return batch;
            if (IsOfCheckpoints(kind))
                await foreach (var checkpoint in OldCheckpoints.RemoveAsync(source, kind, jobs, cancel))
                    yield return checkpoint;
        }

        if (kind == RetentionKind.Exports)
            await foreach (var blob in LooseBlobs.RemoveAsync(source, scope, cancel))
                yield return blob;
    }

    private static bool IsOfCheckpoints(RetentionKind kind) =>
        kind is RetentionKind.FailedCheckpoints or RetentionKind.FinishedCheckpoints;

    /// <summary>The jobs whose things are old, in pages; of kinds that are no job's, one page of none.</summary>
    private IAsyncEnumerable<Guid[]> JobsAsync(RetentionScope scope, RetentionKind kind, CancellationToken cancel) =>
        kind is RetentionKind.Exports or RetentionKind.Audit
            ? new Guid[][] { [] }.ToAsyncEnumerable()
            : EndedJobs.PagesAsync(source, scope, kind, cancel);
}
