using System.Diagnostics;
using ConcatService.Api.Access;
using ConcatService.Persistence.Tests;
using Microsoft.AspNetCore.Mvc.Testing;
using Npgsql;

namespace ConcatService.Api.Tests.Errors;

public sealed class DatabaseGoneTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("concat-gone-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private string Socket => Path.Combine(_folder, ".s.PGSQL.5432");

    [Fact]
    public async Task Without_the_database_every_call_is_a_503_that_says_when_to_come_back_and_with_it_all_is_well_again()
    {
        var server = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        Assert.SkipUnless(Directory.Exists(server.Host), "The way to the server is a network address here, which the test cannot cut.");
        File.CreateSymbolicLink(Socket, Path.Combine(server.Host!, ".s.PGSQL.5432"));
        var way = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Host = _folder, ApplicationName = "cut" }.ConnectionString;
        await using var factory = new WebApplicationFactory<Api.Hosting.Roles>().WithWebHostBuilder(host =>
            host.UseSetting("ConnectionStrings:Postgres", way).UseSetting("Logging:LogLevel:Default", "None")
        );
        using var client = factory.CreateClient();
        await using (var db = database.Open())
            client.DefaultRequestHeaders.Authorization = new(
                "Bearer",
                (await KeyMaker.MakeAsync(db, "ours", "test", [Scopes.Admin], null, Cancel)).Key
            );
        Assert.Equal(200, await StatusAsync(client, "/v1/jobs"));

        await CutAsync();
        foreach (var path in new[] { "/v1/jobs", "/health/ready", "/v2/models/small" })
        {
            var answer = await Answer.OfAsync(await client.GetAsync(path, Cancel));
            Assert.Equal((path, 503, "database.unavailable", "2"), (path, answer.Status, answer.Code, answer.Headers["Retry-After"]));
        }

        Assert.Equal(200, await StatusAsync(client, "/health/live"));

        File.CreateSymbolicLink(Socket, Path.Combine(server.Host!, ".s.PGSQL.5432"));
        var waited = Stopwatch.StartNew();
        while (await StatusAsync(client, "/v1/jobs") != 200)
            Assert.True(waited.Elapsed < TimeSpan.FromSeconds(30), "The service did not recover.");
        Assert.Equal(200, await StatusAsync(client, "/health/ready"));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<int> StatusAsync(HttpClient client, string path) => (int)(await client.GetAsync(path, Cancel)).StatusCode;

    /// <summary>No new connection, and an end to those that are.</summary>
    private async Task CutAsync()
    {
        File.Delete(Socket);
        await using var command = database.Source.CreateCommand(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where application_name = 'cut'"
        );
        await command.ExecuteNonQueryAsync(Cancel);
    }
}
