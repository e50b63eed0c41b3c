using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Access;

/// <summary>Looks for teams whose name a new one would be taken for.</summary>
internal static class TeamNaming
{
    private const long LockKey = 0x5465616D73;                                  // "Teams"

    /// <summary>What is wrong with a name of another form, for its owner.</summary>
    public static readonly string Form =
        $"A team's name is 1 to {TeamNames.MaxLength} of the letters a to z, digits, '-', '_' and '.', and begins with a letter or digit.";

    /// <summary>
    /// The name of another team that looks like this one; null: there is none, and until the caller's transaction ends nobody makes one.
    /// </summary>
    /// <param name="own">The team that is to have the name; null for a new one.</param>
    public static async Task<string?> AlikeAsync(ConcatDb db, string name, int? own, CancellationToken cancel)
    {
        await db.Database.ExecuteSqlAsync($"select pg_advisory_xact_lock({LockKey})", cancel);
        var others = await db.Teams.Where(team => own == null || team.Id != own).Select(team => team.Name).ToListAsync(cancel);
        return others.FirstOrDefault(other => TeamNames.IsAlike(other, name));
    }
}
