using System.Text;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Retention;

/// <summary>How an admin chooses how long what the team has is kept. What then goes: Persistence.Tests.</summary>
public sealed class RetentionTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_team_has_the_times_of_the_instance_until_it_chooses_its_own()
    {
        var (admin, other) = (await api.MakeKeyAsync("choosing", Scopes.Admin), await api.MakeKeyAsync("others", Scopes.Admin));
        var usual = (await api.GetAsync("/v1/retention", admin)).Json;
        Assert.Equal(
            ["events P90D", "metrics P180D", "failed_checkpoints P7D", "finished_checkpoints P30D", "exports P30D", "audit P400D"],
            usual.GetProperty("in_force").EnumerateObject().Select(period => $"{period.Name} {period.Value.GetString()}")
        );
        Assert.Equal("{}", usual.GetProperty("own").GetRawText());

        var chosen = await PutAsync("""{ "events": "P1D", "metrics": null }""", admin);
        Assert.Equal(200, chosen.Status);
        Assert.Equal(chosen.Body, (await api.GetAsync("/v1/retention", admin)).Body);
        Assert.Equal("P1D", chosen.Json.GetProperty("in_force").GetProperty("events").GetString());
        Assert.Equal(JsonValueKind.Null, chosen.Json.GetProperty("in_force").GetProperty("metrics").ValueKind);
        Assert.Equal("P90D", chosen.Json.GetProperty("instance").GetProperty("events").GetString());
        Assert.Equal(usual.GetRawText(), (await api.GetAsync("/v1/retention", other)).Body);

        await PutAsync("{}", admin);                                                // all that it has not chosen
        Assert.Equal(usual.GetProperty("in_force").GetRawText(), (await InForceAsync(admin)).GetRawText());
    }

    [Fact]
    public async Task A_change_has_a_row_in_the_audit_with_what_was_before()
    {
        var admin = await api.MakeKeyAsync("changing", Scopes.Admin);
        await PutAsync("""{ "events": "P5D" }""", admin);
        await PutAsync("""{ "exports": null }""", admin);
        await PutAsync("""{ "exports": "P1Y1D1X" }""", admin);                      // refused
        var rows = (await api.GetAsync("/v1/audit?action=retention.change", admin)).Json.GetProperty("data");
        Assert.Equal(2, rows.GetArrayLength());
        var details = rows[0].GetProperty("details");
        Assert.Equal("P5D", details.GetProperty("from").GetProperty("events").GetString());
        Assert.Equal(JsonValueKind.Null, details.GetProperty("to").GetProperty("exports").ValueKind);
    }

    [Theory]
    [InlineData("""{ "events": "PT1H" }""", 422, "/events", "out_of_range")]
    [InlineData("""{ "events": "soon" }""", 422, "/events", "out_of_range")]
    [InlineData("""{ "metrics": 30 }""", 422, "/metrics", "wrong_type")]
    [InlineData("""{ "audit": "P399D" }""", 422, "/audit", "out_of_range")]
    [InlineData("""{ "event": "P30D" }""", 400, "/event", "unknown_field")]
    public async Task A_faulty_choice_is_refused_with_its_place(string json, int status, string pointer, string code)
    {
        foreach (var answer in new[] { await PutAsync(json, api.AdminKey), await PreviewAsync(json, api.AdminKey) })
            Assert.Equal((status, (pointer, code)), (answer.Status, answer.Fault));
    }

    [Fact]
    public async Task A_preview_counts_what_would_go_of_the_team_and_deletes_nothing()
    {
        var (admin, other) = (await api.MakeKeyAsync("looking", Scopes.Admin), await api.MakeKeyAsync("elsewhere", Scopes.Admin));
        await AddOldEventsAsync("looking", days: 40, count: 3);
        Assert.Equal(0, (await PreviewAsync("{}", admin)).Json.GetProperty("rows").GetInt64());
        var preview = (await PreviewAsync("""{ "events": "P30D" }""", admin)).Json;
        Assert.Equal(3, preview.GetProperty("rows").GetInt64());
        Assert.Equal(6, preview.GetProperty("data").GetArrayLength());
        var events = preview.GetProperty("data")[0];
        Assert.Equal(("events", "P30D", 3), (Text(events, "kind"), Text(events, "keep"), events.GetProperty("rows").GetInt64()));
        Assert.InRange(events.GetProperty("bytes").GetInt64(), 3 * 64, 3 * 200);
        Assert.Equal(0, (await PreviewAsync("""{ "events": "P30D" }""", other)).Json.GetProperty("rows").GetInt64());
        Assert.Equal(3, (await PreviewAsync("""{ "events": "P30D" }""", admin)).Json.GetProperty("rows").GetInt64());
        Assert.Equal("P90D", Text(await InForceAsync(admin), "events"));
    }

    [Fact]
    public async Task Only_admins_and_operators_read_and_change_it()
    {
        foreach (var scope in Scopes.All)
        {
            var key = await api.MakeKeyAsync("ours", scope);
            var expected = scope is Scopes.Admin or Scopes.Operator ? 200 : 403;
            Assert.Equal((scope, expected), (scope, (await api.GetAsync("/v1/retention", key)).Status));
            Assert.Equal((scope, expected), (scope, (await PutAsync("{}", key)).Status));
            Assert.Equal((scope, expected), (scope, (await PreviewAsync("{}", key)).Status));
        }
    }

    private async Task AddOldEventsAsync(string team, int days, int count)
    {
        await using var db = api.Database.Open();
        var job = db.Add(
            new Job
            {
                TeamId = api.TeamId(team),
                Name = "old",
                Spec = "{}",
                Dataset = "two-scale",
                Settings = JsonElement.Parse("{}"),
                ModelName = "m",
                Queue = "c-normal",
            }
        ).Entity;
        await db.SaveChangesAsync(Cancel);
        await db.Database.ExecuteSqlAsync(
            $"""
            update jobs set state = 'failed', finished_at = now() - make_interval(days => {days}) where id = {job.Id};
            insert into job_events (job_id, sequence, team_id, level, type, message)
            select {job.Id}, n, {job.TeamId}, 'info', 'epoch', 'once' from generate_series(1, {count}) as n;
            """,
            Cancel
        );
    }

    private async Task<JsonElement> InForceAsync(string key) => (await api.GetAsync("/v1/retention", key)).Json.GetProperty("in_force");

    private Task<Answer> PutAsync(string json, string key) =>
        api.SendAsync(HttpMethod.Put, "/v1/retention", new StringContent(json, Encoding.UTF8, "application/json"), key);

    private Task<Answer> PreviewAsync(string json, string key) => api.PostAsync("/v1/retention/preview", json, key);

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();
}
