using System.Buffers;
using System.Security.Cryptography;
using Npgsql;

namespace ConcatService.Persistence.Storage;

/// <summary>
/// Bytes by their hash, in rows of 512 KiB, streamed both ways: a blob of any size costs one chunk of memory here and there.
/// </summary>
public sealed class BlobStore(NpgsqlDataSource source)
{
    private const int ChunkBytes = 512 * 1024;
    private const string BeforeCopy = "before_copy";

    /// <summary>What was stored: SHA-256 in lower-case hexadecimal, and the length.</summary>
    public sealed record Stored(string Sha256, long LengthBytes);

    /// <summary>Stores everything up to the end of <paramref name="content"/>. The same bytes are kept once per team.</summary>
    public async Task<Stored> PutAsync(int teamId, Stream content, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var stored = await PutAsync(connection, transaction, teamId, content, cancel);
        await transaction.CommitAsync(cancel);
        return stored;
    }

    /// <summary>The same as a part of the caller's transaction.</summary>
    internal static async Task<Stored> PutAsync(
        NpgsqlConnection connection,
        NpgsqlTransaction transaction,
        int teamId,
        Stream content,
        CancellationToken cancel
    )
    {
        await transaction.SaveAsync(BeforeCopy, cancel);
        await using var next = new NpgsqlCommand("select nextval(pg_get_serial_sequence('blobs', 'id'))", connection);
        var id = (long)(await next.ExecuteScalarAsync(cancel))!;
        var stored = await CopyInAsync(connection, id, content, cancel);

        await using var insert = new NpgsqlCommand(
            """
            insert into blobs (id, team_id, sha256, length_bytes) values (@id, @team, @hash, @length)
            on conflict (team_id, sha256) do nothing
            """,
            connection
        );
        insert.Parameters.AddWithValue("id", id);
        insert.Parameters.AddWithValue("team", teamId);
        insert.Parameters.AddWithValue("hash", stored.Sha256);
        insert.Parameters.AddWithValue("length", stored.LengthBytes);
        if (await insert.ExecuteNonQueryAsync(cancel) == 0)
            await transaction.RollbackAsync(BeforeCopy, cancel);                // the team has these bytes: ours are taken back
        return stored;
    }

    /// <summary>Writes the content of a blob to <paramref name="destination"/>. Returns whether the team has such a blob.</summary>
    public async Task<bool> CopyToAsync(int teamId, string sha256, Stream destination, CancellationToken cancel)
    {
        await using var blob = await OpenAsync(teamId, sha256, cancel);
        if (blob is null)
            return false;
        await blob.CopyToAsync(destination, cancel);
        return true;
    }

    /// <summary>Opens a blob, which is whole until it is closed, whoever deletes it meanwhile. Null: the team has no such blob.</summary>
    public async Task<OpenBlob?> OpenAsync(int teamId, string sha256, CancellationToken cancel)
    {
        var connection = await source.OpenConnectionAsync(cancel);
        try
        {
            return await OpenBlob.OnAsync(connection, teamId, sha256, cancel);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Some bytes of a blob. Null when the team has no such blob; fewer where it ends before.</summary>
    public async Task<byte[]?> ReadAsync(int teamId, string sha256, long offset, int length, CancellationToken cancel)
    {
        await using var select = source.CreateCommand("""
            select chunk.data from blobs join blob_chunks chunk on chunk.blob_id = blobs.id
            where team_id = @team and sha256 = @hash and seq between @first and @last order by seq
            """);
        select.Parameters.AddWithValue("team", teamId);
        select.Parameters.AddWithValue("hash", sha256);
        select.Parameters.AddWithValue("first", (int)(offset / ChunkBytes));
        select.Parameters.AddWithValue("last", (int)((offset + length - 1) / ChunkBytes));
        await using var reader = await select.ExecuteReaderAsync(cancel);
        var bytes = new List<byte>();
        while (await reader.ReadAsync(cancel))
            bytes.AddRange(reader.GetFieldValue<byte[]>(0));
        return reader.HasRows ? [.. bytes.Skip((int)(offset % ChunkBytes)).Take(length)] : null;
    }

    private static async Task<Stored> CopyInAsync(NpgsqlConnection connection, long id, Stream content, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var (length, seq) = (0L, 0);
            await using var copy = await connection.BeginBinaryImportAsync(
                "copy blob_chunks (blob_id, seq, data) from stdin (format binary)",
                cancel
            );
            while (
                await content.ReadAtLeastAsync(buffer.AsMemory(0, ChunkBytes), ChunkBytes, throwOnEndOfStream: false, cancel)
                    is > 0
                        and var read
            )
            {
                hash.AppendData(buffer, 0, read);
                length += read;
                await copy.StartRowAsync(cancel);
                await copy.WriteAsync(id, cancel);
                await copy.WriteAsync(seq++, cancel);
                await copy.WriteAsync(buffer.AsMemory(0, read), cancel);
            }
            await copy.CompleteAsync(cancel);
            return new Stored(Convert.ToHexStringLower(hash.GetHashAndReset()), length);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
