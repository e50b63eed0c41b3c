using System.CommandLine;
using ConcatService.Persistence;

namespace ConcatService.Api.Hosting;

/// <summary><c>Api migrate</c>: brings the database to this release. 1 when the database is of another line of releases.</summary>
internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Bring the database to this release.");
        command.SetAction((_, cancel) => RunAsync(cancel));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancel)
    {
        try
        {
            await Schema.ApplyAsync(ApiHost.ConnectionString(WebApplication.CreateBuilder().Configuration), cancel);
        }
        catch (UnknownMigrationException refusal)
        {
            await Console.Error.WriteLineAsync(refusal.Message);
            return 1;
        }

        Console.WriteLine("The database is up to date.");
        return 0;
    }
}
