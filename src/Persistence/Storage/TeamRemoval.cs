using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace ConcatService.Persistence.Storage;

/// <summary>
/// Deletes a team with all that it owns: the rows of every table that refers to <c>teams</c>, found in the model, so that a new table is
/// not forgotten. The audit refers to nothing and stays.
/// </summary>
public static class TeamRemoval
{
    /// <summary>Deleting gigabytes takes longer than other statements may.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    /// <summary>
    /// A part of the caller's transaction. Whoever writes for the team meanwhile waits for its end, and then finds no team.
    /// </summary>
    public static async Task RemoveAsync(ConcatDb db, int teamId, CancellationToken cancel)
    {
        db.Database.SetCommandTimeout(Patience);
        // Metrics have no foreign keys; what else a job or a blob has goes with it, by the database's own rules.
        await db.Metrics.Where(metric => db.Jobs.Any(job => job.TeamId == teamId && job.Id == metric.JobId)).ExecuteDeleteAsync(cancel);
        foreach (var table in OwnedTables(db.Model))
        {
            var delete = $"delete from {table} where team_id = {{0}}";
            await db.Database.ExecuteSqlRawAsync(delete, [teamId], cancel);
        }

        await db.Teams.Where(team => team.Id == teamId).ExecuteDeleteAsync(cancel);
    }

    /// <summary>The tables of the rows that belong to teams, each before those that it refers to.</summary>
    internal static IReadOnlyList<string> OwnedTables(IModel model)
    {
        var left = model
            .GetEntityTypes()
            .Where(entity => entity.GetForeignKeys().Any(key => key.PrincipalEntityType.ClrType == typeof(Team)))
            .ToList();
        var ordered = new List<string>();
        while (left.Count > 0)
        {
            var next = left.First(entity => !left.Any(other => other != entity && Refers(other, entity)));
            ordered.Add(next.GetTableName()!);
            left.Remove(next);
        }

        return ordered;
    }

    private static bool Refers(IEntityType from, IEntityType to) => from.GetForeignKeys().Any(key => key.PrincipalEntityType == to);
}
