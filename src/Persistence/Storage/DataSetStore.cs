using System.Text.Json;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Storage;

/// <summary>Uploaded data sets: the row and its bytes are there together or not at all.</summary>
public sealed class DataSetStore(NpgsqlDataSource source)
{
    // One call at a time changes a team's data sets. The first version of a name has no row to lock, and bytes that one call forgets
    // may be those that another keeps.
    private const string LockSql = "select pg_advisory_xact_lock(@team, hashtext('data_sets'))";

    private const string KnownSql = """
        select version from data_sets where team_id = @team and name = @name and sha256 = @hash and content::jsonb = @content::jsonb
        order by version desc limit 1
        """;

    private const string AddSql = """
        insert into data_sets (id, team_id, name, version, content, statistics, sha256, length_bytes)
        select @id, @team, @name, 1 + coalesce(max(version), 0), @content, @statistics, @hash, @length
        from data_sets where team_id = @team and name = @name
        returning version
        """;

    /// <summary>Keeps a data set as the next version of its name; the one that is there already where its content is the same.</summary>
    /// <param name="content">See <see cref="UploadedDataSet.Content"/>.</param>
    /// <param name="data">The values.</param>
    public async Task<(int Version, bool IsNew)> AddAsync(
        int teamId,
        string name,
        JsonElement content,
        JsonElement statistics,
        Stream data,
        CancellationToken cancel
    )
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var alone = Command(connection, LockSql, teamId, name);
        await alone.ExecuteNonQueryAsync(cancel);
        var stored = await BlobStore.PutAsync(connection, transaction, teamId, data, cancel);
        await using var known = Command(connection, KnownSql, teamId, name);
        known.Parameters.AddWithValue("hash", stored.Sha256);
        known.Parameters.AddWithValue("content", NpgsqlDbType.Json, content.GetRawText());
        if (await known.ExecuteScalarAsync(cancel) is int there)
            return (there, false);                                              // nothing is committed, and nothing is new

        await using var add = Command(connection, AddSql, teamId, name);
        add.Parameters.AddWithValue("id", Guid.CreateVersion7());
        add.Parameters.AddWithValue("content", NpgsqlDbType.Json, content.GetRawText());
        add.Parameters.AddWithValue("statistics", NpgsqlDbType.Json, statistics.GetRawText());
        add.Parameters.AddWithValue("hash", stored.Sha256);
        add.Parameters.AddWithValue("length", stored.LengthBytes);
        var version = (int)(await add.ExecuteScalarAsync(cancel))!;
        await transaction.CommitAsync(cancel);
        return (version, true);
    }

    /// <summary>
    /// Forgets one version, or all of a name, and the bytes that nothing else refers to; a part of the caller's transaction.
    /// </summary>
    /// <returns>How many versions that were.</returns>
    public static async Task<int> DeleteAsync(ConcatDb db, int teamId, string name, int? version, CancellationToken cancel)
    {
        await db.Database.ExecuteSqlRawAsync(LockSql, [new NpgsqlParameter("team", teamId)], cancel);
        var gone = await db
            .Database.SqlQuery<int>(
                $"""
                with gone as (
                    delete from data_sets where team_id = {teamId} and name = {name}
                        and ({version}::integer is null or version = {version})
                    returning id, sha256)
                , bytes as (
                    delete from blobs where team_id = {teamId} and sha256 in (select sha256 from gone)
                        and not exists (
                            select from data_sets kept
                            where kept.team_id = {teamId} and kept.sha256 = blobs.sha256 and kept.id not in (select id from gone))
                        and not exists (
                            select from model_versions version
                            where version.team_id = {teamId} and version.onnx_sha256 = blobs.sha256)
                        and not exists (
                            select from weights kept where kept.team_id = {teamId} and kept.sha256 = blobs.sha256))
                select count(*)::integer as "Value" from gone
                """
            )
            .ToListAsync(cancel);
        return gone[0];
    }

    /// <summary>What is kept under this name and version. Null when the team has none.</summary>
    public async Task<(JsonElement Content, string Sha256)?> FindAsync(int teamId, string name, int version, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var find = Command(
            connection,
            "select content, sha256 from data_sets where team_id = @team and name = @name and version = @version",
            teamId,
            name
        );
        find.Parameters.AddWithValue("version", version);
        await using var reader = await find.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? (JsonElement.Parse(reader.GetString(0)), reader.GetString(1)) : null;
    }

    private static NpgsqlCommand Command(NpgsqlConnection connection, string sql, int teamId, string name)
    {
        var command = new NpgsqlCommand(sql, connection);
        command.Parameters.AddWithValue("team", teamId);
        command.Parameters.AddWithValue("name", name);
        return command;
    }
}
