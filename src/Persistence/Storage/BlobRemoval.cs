using Npgsql;

namespace ConcatService.Persistence.Storage;

/// <summary>Deletes a blob that nothing refers to, in statements of 32 MiB.</summary>
internal static class BlobRemoval
{
    private const string BeforeDelete = "before_delete";

    /// <summary>Of 512 KiB each.</summary>
    private const int ChunksAtOnce = 64;

    private const string HoldSql = $"""
        select id, length_bytes from blobs
        where team_id = @team and sha256 = @hash and {BlobReferences.None} for update skip locked
        """;

    // The chunks first: with the row, they would all go in one statement.
    private const string ChunksSql = """
        delete from blob_chunks where blob_id = @id
        and seq in (select seq from blob_chunks where blob_id = @id order by seq limit @most)
        """;

    /// <summary>
    /// A part of the caller's transaction, so that nobody sees half a blob. Who begins to refer to it meanwhile waits, and is refused by
    /// the foreign key.
    /// </summary>
    /// <returns>The length in bytes; null where there is no such blob, something refers to it, or somebody else is at it.</returns>
    public static async Task<long?> RemoveAsync(NpgsqlTransaction transaction, int team, string sha256, CancellationToken cancel)
    {
        var connection = transaction.Connection!;
        if (await HoldAsync(connection, team, sha256, cancel) is not var (id, length))
            return null;
        await transaction.SaveAsync(BeforeDelete, cancel);
        try
        {
            await DeleteAsync(connection, id, cancel);
            return length;
        }
        catch (PostgresException referred) when (referred.SqlState == PostgresErrorCodes.ForeignKeyViolation)
        {
            await transaction.RollbackAsync(BeforeDelete, cancel);              // by a table that BlobReferences does not know
            return null;
        }
    }

    private static async Task DeleteAsync(NpgsqlConnection connection, long id, CancellationToken cancel)
    {
        await using var chunks = new NpgsqlCommand(ChunksSql, connection);
        chunks.Parameters.AddWithValue("id", id);
        chunks.Parameters.AddWithValue("most", ChunksAtOnce);
        while (await chunks.ExecuteNonQueryAsync(cancel) == ChunksAtOnce)
        {
            // There may be more.
        }

        await using var row = new NpgsqlCommand("delete from blobs where id = @id", connection);
        row.Parameters.AddWithValue("id", id);
        await row.ExecuteNonQueryAsync(cancel);
    }

    private static async Task<(long Id, long Length)?> HoldAsync(
        NpgsqlConnection connection,
        int team,
        string sha256,
        CancellationToken cancel
    )
    {
        await using var hold = new NpgsqlCommand(HoldSql, connection);
        hold.Parameters.AddWithValue("team", team);
        hold.Parameters.AddWithValue("hash", sha256);
        await using var reader = await hold.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? (reader.GetInt64(0), reader.GetInt64(1)) : null;
    }
}
