using ConcatService.Persistence;

namespace ConcatService.Api.Hosting;

/// <summary><c>Api migrate</c>: brings the database to this release, and ends. 1 when the database is of another line of releases.</summary>
internal static class MigrateCommand
{
    public static async Task<int> RunAsync()
    {
        try
        {
            await Schema.ApplyAsync(ApiHost.ConnectionString(WebApplication.CreateBuilder().Configuration), CancellationToken.None);
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
