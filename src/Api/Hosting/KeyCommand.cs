using System.CommandLine;
using System.CommandLine.Parsing;
using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Api.Hosting;

/// <summary>
/// <c>Api key</c>: makes a key and prints it, alone, on the last line. The way to the first key of an instance, for whoever can reach its
/// database; all others come from <c>POST /v1/keys</c>. With <c>--once</c> it makes none when the team has had one of that name, so that a
/// start-up step may run again.
/// </summary>
internal static class KeyCommand
{
    public static Command Create()
    {
        var team = new Option<string>("--team") { Required = true, Description = "The team that the key belongs to; made when new." };
        var name = new Option<string>("--name") { Required = true, Description = "What the list of keys shows." };
        var scopes = new Option<string[]>("--scopes")
        {
            Required = true,
            Description = $"What the key may do, separated by commas: {string.Join(", ", Scopes.All)}.",
            CustomParser = ReadScopes,
        };
        var once = new Option<bool>("--once") { Description = "Make no key when the team has one of that name." };
        var command = new Command("key", "Make an API key and print it on the last line.") { team, name, scopes, once };
        command.SetAction(
            (given, cancel) =>
                RunAsync(
                    given.GetRequiredValue(team),
                    given.GetRequiredValue(name),
                    given.GetRequiredValue(scopes),
                    given.GetValue(once),
                    cancel
                )
        );
        return command;
    }

    private static string[] ReadScopes(ArgumentResult given)
    {
        var scopes = given.Tokens[0].Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (scopes.Length == 0)
            given.AddError("'--scopes' names no scope.");
        foreach (var unknown in scopes.Except(Scopes.All))
            given.AddError($"There is no scope '{unknown}'. The scopes are {string.Join(", ", Scopes.All)}.");
        return scopes;
    }

    private static async Task<int> RunAsync(string team, string name, string[] scopes, bool isOnce, CancellationToken cancel)
    {
        await using var source = NpgsqlDataSource.Create(ApiHost.ConnectionString(WebApplication.CreateBuilder().Configuration));
        var database = new DbContextOptionsBuilder<ConcatDb>();
        ConcatDb.Configure(database, source);
        await using var db = new ConcatDb(database.Options);
        if (isOnce && await HasKeyAsync(db, team, name, cancel))
        {
            Console.WriteLine($"The team {team} has a key named {name}; it was shown when it was made.");
            return 0;
        }

        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var isNew = !await db.Teams.AnyAsync(each => each.Name == team, cancel);
        if (isNew && await TeamNaming.AlikeAsync(db, team, own: null, cancel) is { } alike)
        {
            await Console.Error.WriteLineAsync(Problems.TeamAlike(team, alike).ProblemDetails.Detail);
            return 1;
        }

        var key = await MakeAsync(db, team, name, scopes, cancel);
        await transaction.CommitAsync(cancel);
        Console.WriteLine($"A key for the team {team} with {string.Join(", ", scopes)}. It is shown this once:");
        Console.WriteLine(key);
        return 0;
    }

    private static async Task<string> MakeAsync(ConcatDb db, string team, string name, string[] scopes, CancellationToken cancel)
    {
        var (teamId, isNew) = await KeyMaker.FindOrMakeTeamAsync(db, team, cancel);
        var (key, stored) = KeyMaker.Add(db, teamId, name, scopes, expiresAt: null);
        if (isNew)
            db.Add(AuditTrail.EntryOfCommand(AuditAction.CreateTeam, teamId, team, team, new { by = "Api key" }));
        var details = new { by = "Api key", name, prefix = stored.Prefix, scopes };
        db.Add(AuditTrail.EntryOfCommand(AuditAction.CreateKey, teamId, team, stored.Id.ToString(), details));
        await db.SaveChangesAsync(cancel);
        return key;
    }

    private static Task<bool> HasKeyAsync(ConcatDb db, string team, string name, CancellationToken cancel) =>
        db.ApiKeys.AnyAsync(made => made.Name == name && db.Teams.Any(each => each.Id == made.TeamId && each.Name == team), cancel);
}
