using ConcatService.Domain.Jobs;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Storage;

/// <summary>Uploaded weights: the row and its bytes are there together or not at all.</summary>
public sealed class WeightsStore(NpgsqlDataSource source)
{
    // One call at a time changes a team's weights: bytes that one call forgets may be those that another keeps.
    private const string LockSql = "select pg_advisory_xact_lock(@team, hashtext('weights'))";

    private const string KnownSql = "select id from weights where team_id = @team and sha256 = @hash";

    private const string AddSql = """
        insert into weights (id, team_id, name, format, content, tensors, is_network, sha256, length_bytes)
        values (@id, @team, @name, @format, @content, @tensors, @network, @hash, @length)
        """;

    /// <summary>Keeps a file; the row that is there already where the team has these bytes.</summary>
    public async Task<(Guid Id, bool IsNew)> AddAsync(
        int teamId,
        string name,
        StoredWeights content,
        Stream file,
        CancellationToken cancel
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var alone = Command(connection, LockSql, teamId);
        await alone.ExecuteNonQueryAsync(cancel);
        var stored = await BlobStore.PutAsync(connection, transaction, teamId, file, cancel);
        await using var known = Command(connection, KnownSql, teamId);
        known.Parameters.AddWithValue("hash", stored.Sha256);
        if (await known.ExecuteScalarAsync(cancel) is Guid there)
            return (there, false);                                              // nothing is committed, and nothing is new

        var id = Guid.CreateVersion7();
        await using var add = Command(connection, AddSql, teamId);
        add.Parameters.AddWithValue("id", id);
        add.Parameters.AddWithValue("name", name);
        add.Parameters.AddWithValue("format", content.Format);
        add.Parameters.AddWithValue("content", NpgsqlDbType.Json, content.ToJson().GetRawText());
        add.Parameters.AddWithValue("tensors", content.Tensors.Count);
        add.Parameters.AddWithValue("network", content.IsNetwork);
        add.Parameters.AddWithValue("hash", stored.Sha256);
        add.Parameters.AddWithValue("length", stored.LengthBytes);
        await add.ExecuteNonQueryAsync(cancel);
        await transaction.CommitAsync(cancel);
        return (id, true);
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, int teamId)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("team", teamId);
        return command;
    }
}
