using Npgsql;

namespace ConcatService.Persistence.Jobs;

/// <summary>The name of a team, for the log.</summary>
public static class TeamName
{
    /// <summary>Its number where it has just been removed.</summary>
    public static async Task<string> ReadAsync(NpgsqlDataSource source, int team, CancellationToken cancel)
    {
        await using var command = source.CreateCommand("select name from teams where id = @id");
        command.Parameters.AddWithValue("id", team);
        return await command.ExecuteScalarAsync(cancel) as string ?? $"{team}";
    }
}
