using Npgsql;
using NpgsqlTypes;

namespace ConcatService.Persistence.Retention;

/// <summary>Teams that keep everything for the same times.</summary>
/// <param name="Settings">The times.</param>
/// <param name="Teams">Their ids, or with <paramref name="IsAllBut"/> those of all others.</param>
/// <param name="IsAllBut">For the teams without settings of their own, and for what deleted ones have left.</param>
public sealed record RetentionScope(RetentionSettings Settings, int[] Teams, bool IsAllBut)
{
    /// <summary>A condition on the column <c>team_id</c>, with the parameters of <see cref="AddTo"/>.</summary>
    internal const string Condition = "(team_id = any(@teams)) <> @all_but";

    /// <summary>One team.</summary>
    public static RetentionScope Of(int team, RetentionSettings settings) => new(settings, [team], IsAllBut: false);

    /// <summary>All teams: those without settings of their own together, each of the others by itself.</summary>
    public static async Task<IReadOnlyList<RetentionScope>> ReadAllAsync(
        NpgsqlDataSource source,
        RetentionSettings instance,
        CancellationToken cancel
    )
    {
        await using var select = source.CreateCommand("select team_id, settings from retention order by team_id");
        await using var reader = await select.ExecuteReaderAsync(cancel);
        var own = new List<RetentionScope>();
        while (await reader.ReadAsync(cancel))
            own.Add(Of(reader.GetInt32(0), instance.With(System.Text.Json.JsonElement.Parse(reader.GetString(1)))));
        return [new(instance, [.. own.SelectMany(scope => scope.Teams)], IsAllBut: true), .. own];
    }

    /// <param name="kind">The kind whose period is the parameter <c>period</c>.</param>
    internal void AddTo(NpgsqlCommand command, RetentionKind kind)
    {
        command.Parameters.AddWithValue("teams", Teams);
        command.Parameters.AddWithValue("all_but", IsAllBut);
        command.Parameters.AddWithValue("period", NpgsqlDbType.Interval, Settings[kind]!.Value);
    }
}
