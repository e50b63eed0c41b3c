using ConcatService.Persistence;


namespace ConcatService.Api.Hosting;

/// <summary><c>Api migrate</c>: brings the database to this version, and ends.</summary>
internal static class MigrateCommand
{
    public static async Task<int> RunAsync()
    {
        await Schema.ApplyAsync(ApiHost.ConnectionString(WebApplication.CreateBuilder().Configuration), CancellationToken.None);
        Console.WriteLine("The database is up to date.");
        return 0;
    }
}
