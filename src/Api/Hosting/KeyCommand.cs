using ConcatService.Api.Access;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Api.Hosting;

/// <summary>
/// <c>Api key --team NAME --name NAME --scopes A,B [--once]</c>: makes a key and prints it, alone, on the last line. The way to the first
/// key
/// of an instance, for whoever can reach its database; all others come from <c>POST /v1/keys</c>. With <c>--once</c> it makes none when the
/// team
/// has had one of that name, so that a start-up step may run again.
/// </summary>
internal static class KeyCommand
{
    public static async Task<int> RunAsync(string[] options)
    {
        var isOnce = options.Contains("--once");
        var given = options
            .Where(option => option != "--once")
            .Chunk(2)
            .Where(pair => pair.Length == 2)
            .ToDictionary(pair => pair[0], pair => pair[1]);
        var scopes = given
            .GetValueOrDefault("--scopes", "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (
            !given.TryGetValue("--team", out var team)
            || !given.TryGetValue("--name", out var name)
            || given.Count != 3
            || scopes.Length == 0
            || scopes.Except(Scopes.All).Any()
        )
        {
            await Console.Error.WriteLineAsync(
                $"Usage: Api key --team NAME --name NAME --scopes LIST [--once]    The scopes: {string.Join(", ", Scopes.All)}."
            );
            return 2;
        }

        await using var source = NpgsqlDataSource.Create(ApiHost.ConnectionString(WebApplication.CreateBuilder().Configuration));
        var database = new DbContextOptionsBuilder<ConcatDb>();
        ConcatDb.Configure(database, source);
        await using var db = new ConcatDb(database.Options);
        if (
            isOnce
            && await db.ApiKeys.AnyAsync(made => made.Name == name && db.Teams.Any(each => each.Id == made.TeamId && each.Name == team))
        )
        {
            Console.WriteLine($"The team {team} has a key named {name}; it was shown when it was made.");
            return 0;
        }

        var (key, _) = await KeyMaker.MakeAsync(db, team, name, scopes, expiresAt: null, CancellationToken.None);
        Console.WriteLine($"A key for the team {team} with {string.Join(", ", scopes)}. It is shown this once:");
        Console.WriteLine(key);
        return 0;
    }
}
