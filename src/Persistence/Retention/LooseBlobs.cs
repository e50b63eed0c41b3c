using System.Runtime.CompilerServices;
using ConcatService.Persistence.Storage;
using Npgsql;

namespace ConcatService.Persistence.Retention;

/// <summary>Old bytes that nothing refers to: of an attempt that lost its job before it could publish, for example.</summary>
internal static class LooseBlobs
{
    private const int PageBlobs = 1000;

    // A page is of all blobs, so that a statement ends soon where few are loose.
    private const string PageSql = $"""
        select id, team_id, sha256, length_bytes, {BlobReferences.None} as is_loose
        from (
            select * from blobs
            where {RetentionScope.Condition} and created_at < now() - @period and id > @after order by id limit @most) as blobs
        order by id
        """;

    private sealed record Item(int Team, string Sha256, long LengthBytes);

    public static async Task<Removed> CountAsync(NpgsqlDataSource source, RetentionScope scope, CancellationToken cancel)
    {
        var (rows, bytes) = (0L, 0L);
        await foreach (var page in PagesAsync(source, scope, cancel))
            (rows, bytes) = (rows + page.Count, bytes + page.Sum(item => item.LengthBytes));
        return new(RetentionKind.Exports, rows, bytes);
    }

    /// <summary>Deletes them, one in a transaction.</summary>
    public static async IAsyncEnumerable<Removed> RemoveAsync(
        NpgsqlDataSource source,
        RetentionScope scope,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        await foreach (var page in PagesAsync(source, scope, cancel))
            foreach (var item in page)
            {
                await using var connection = await source.OpenConnectionAsync(cancel);
                await using var transaction = await connection.BeginTransactionAsync(cancel);
                var bytes = await BlobRemoval.RemoveAsync(transaction, item.Team, item.Sha256, cancel);
                await transaction.CommitAsync(cancel);
                if (bytes is { } length)
                    yield return new(RetentionKind.Exports, 1, length);
            }
    }

    private static async IAsyncEnumerable<List<Item>> PagesAsync(
        NpgsqlDataSource source,
        RetentionScope scope,
        [EnumeratorCancellation] CancellationToken cancel
    )
    {
        var (after, count) = (0L, PageBlobs);
        while (count == PageBlobs)
        {
            count = 0;
            var loose = new List<Item>();
            await using (var select = source.CreateCommand(PageSql))
            {
                scope.AddTo(select, RetentionKind.Exports);
                select.Parameters.AddWithValue("after", after);
                select.Parameters.AddWithValue("most", PageBlobs);
                await using var reader = await select.ExecuteReaderAsync(cancel);
                while (await reader.ReadAsync(cancel))
                {
                    (after, count) = (reader.GetInt64(0), count + 1);
                    if (reader.GetBoolean(4))
                        loose.Add(new(reader.GetInt32(1), reader.GetString(2), reader.GetInt64(3)));
                }
            }

            yield return loose;
        }
    }
}
