using System.Data;
using Npgsql;

namespace ConcatService.Persistence.Storage;

/// <summary>A blob on a connection of its own. One statement reads length and content, so that no deletion comes between them.</summary>
public sealed class OpenBlob : IAsyncDisposable
{
    private readonly NpgsqlDataReader _chunks;

    private OpenBlob(NpgsqlDataReader chunks, long lengthBytes) => (_chunks, LengthBytes) = (chunks, lengthBytes);

    public long LengthBytes { get; }

    /// <summary>Closes the connection with it, or at once where there is no such blob.</summary>
    internal static async Task<OpenBlob?> OnAsync(NpgsqlConnection connection, int teamId, string sha256, CancellationToken cancel)
    {
        await using var select = new NpgsqlCommand(
            """
            select length_bytes, chunk.data from blobs left join blob_chunks chunk on chunk.blob_id = blobs.id
            where team_id = @team and sha256 = @hash order by seq
            """,
            connection
        );
        select.Parameters.AddWithValue("team", teamId);
        select.Parameters.AddWithValue("hash", sha256);
        var chunks = await select.ExecuteReaderAsync(CommandBehavior.SequentialAccess | CommandBehavior.CloseConnection, cancel);
        if (await chunks.ReadAsync(cancel))
            return new(chunks, chunks.GetInt64(0));
        await chunks.DisposeAsync();
        return null;
    }

    /// <summary>Writes all of it to <paramref name="destination"/>; once.</summary>
    public async Task CopyToAsync(Stream destination, CancellationToken cancel)
    {
        do
        {
            if (await _chunks.IsDBNullAsync(1, cancel))                         // an empty blob
                continue;
            await using var chunk = await _chunks.GetStreamAsync(1, cancel);
            await chunk.CopyToAsync(destination, cancel);
        } while (await _chunks.ReadAsync(cancel));
    }

    public ValueTask DisposeAsync() => _chunks.DisposeAsync();
}
