using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Persistence.Storage;

/// <summary>Deletes the files that were just left without anybody who refers to them. A part of the caller's transaction.</summary>
public static class LooseFiles
{
    private const string Sql = $"delete from blobs where team_id = @team and sha256 = any(@hashes) and {BlobReferences.None}";

    /// <param name="hashes">Of files that something referred to until now.</param>
    public static Task RemoveAsync(ConcatDb db, int teamId, string[] hashes, CancellationToken cancel) =>
        db.Database.ExecuteSqlRawAsync(Sql, [new NpgsqlParameter("team", teamId), new NpgsqlParameter("hashes", hashes)], cancel);
}
