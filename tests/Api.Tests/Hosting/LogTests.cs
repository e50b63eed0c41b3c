using System.Net;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Persistence.Tests;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Hosting;

/// <summary>What an operator finds in the log.</summary>
public sealed class LogTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>, IAsyncLifetime
{
    private const string Job = "0199d7a0-0000-7000-8000-000000000000";

    private string _key = "";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await using var db = database.Open();
        _key = (await KeyMaker.MakeAsync(db, "ours", "test", [Scopes.Admin], null, Cancel)).Key;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_reason_of_a_500_is_found_by_the_trace_id_of_its_body()
    {
        await using var api = await ApiProcess.StartAsync(database.ConnectionString, _key);
        var line = await api.LineAsync(await FailAsync(api));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z fail: ConcatService\.Api\.Errors\.ExceptionProblems\[2001\] ", line);
        Assert.Contains("Team:ours", line, StringComparison.Ordinal);
        Assert.Contains($"Job:{Job}", line, StringComparison.Ordinal);
        Assert.Contains($"GET /v1/jobs/{Job}/checkpoints failed", line, StringComparison.Ordinal);
        Assert.Contains("relation \"checkpoints\" does not exist", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_log_is_JSON_by_configuration()
    {
        await using var api = await ApiProcess.StartAsync(database.ConnectionString, _key, ("Logging__Console__FormatterName", "json"));
        var entry = JsonElement.Parse(await api.LineAsync(await FailAsync(api)));
        Assert.EndsWith("Z ", entry.GetProperty("Timestamp").GetString(), StringComparison.Ordinal);
        Assert.Equal(("Error", 2001), (entry.GetProperty("LogLevel").GetString(), entry.GetProperty("EventId").GetInt32()));
        Assert.Contains("does not exist", entry.GetProperty("Exception").GetString(), StringComparison.Ordinal);
        var scopes = entry.GetProperty("Scopes").EnumerateArray().SelectMany(scope => scope.EnumerateObject()).ToList();
        Assert.Contains(scopes, value => value.Name == "Team" && value.Value.GetString() == "ours");
        Assert.Contains(scopes, value => value.Name == "Job" && value.Value.GetString() == Job);
        Assert.Contains(scopes, value => value.Name == "TraceId");
    }

    [Fact]
    public async Task Every_line_is_a_flat_JSON_object_by_configuration()
    {
        await using var api = await ApiProcess.StartAsync(database.ConnectionString, _key, ("Logging__Format", "json"));
        var trace = await FailAsync(api);
        var entry = JsonElement.Parse(await api.LineAsync(trace));
        Assert.Equal(
            (trace, "ours", Job, "error", 2001),
            (Text(entry, "trace_id"), Text(entry, "team"), Text(entry, "job"), Text(entry, "level"), entry.GetProperty("event").GetInt32())
        );
        Assert.Contains("does not exist", Text(entry, "exception"), StringComparison.Ordinal);
        foreach (var line in api.Lines("").Where(line => line.Length > 0).Select(line => JsonElement.Parse(line)))
        {
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", Text(line, "time"));
            Assert.NotEmpty(Text(line, "level"));
            Assert.NotEmpty(Text(line, "message"));
        }

        static string Text(JsonElement entry, string name) => entry.GetProperty(name).GetString()!;
    }

    [Fact]
    public async Task Refused_keys_are_told_with_address_and_path_and_not_each()
    {
        await using var api = await ApiProcess.StartAsync(database.ConnectionString, "ccs_wrong");
        for (var i = 0; i < 50; i++)
            Assert.Equal(HttpStatusCode.Unauthorized, (await api.Http.GetAsync($"/v1/jobs?limit={i + 1}", Cancel)).StatusCode);
        // The first that came was with the question whether the server is ready.
        var line = await api.LineAsync("RefusedKeys");
        Assert.Contains("A key was refused that came from 127.0.0.1 with GET /health/ready", line, StringComparison.Ordinal);
        Assert.Empty(api.Lines("/v1/jobs"));
    }

    /// <summary>Asks for what a missing table makes fail.</summary>
    /// <returns>The trace id of the answer.</returns>
    private async Task<string> FailAsync(ApiProcess api)
    {
        await using var db = database.Open();
        await db.Database.ExecuteSqlAsync($"alter table checkpoints rename to away", Cancel);
        await db.Database.ExecuteSqlAsync(
            $"""
            insert into jobs (
                id, team_id, name, state, spec, dataset, settings, model_name, queue, fence, attempt, attempts_since_checkpoint,
                epoch, epochs, step, steps, last_event)
            select
                {Guid.Parse(Job)}, id, 'x', 'failed', '', 'two-scale', json_build_object(), 'x', 'd-low', 0, 0, 0, 0, 0, 0, 0, 0
            from teams where name = 'ours' on conflict do nothing
            """, Cancel);
        var answer = await Answer.OfAsync(await api.Http.GetAsync($"/v1/jobs/{Job}/checkpoints", Cancel));
        await db.Database.ExecuteSqlAsync($"alter table away rename to checkpoints", Cancel);
        Assert.Equal((500, "internal"), (answer.Status, answer.Code));
        return answer.Json.GetProperty("trace_id").GetString()!;
    }
}
