using System.Text;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Tests.DataSets;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Teams;

/// <summary>What an operator does with teams.</summary>
public sealed class TeamTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly WorkerIdentity Worker = new("somewhere", "machine", 4711, "1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_an_operator_lists_renames_and_deletes_teams()
    {
        var admin = await api.MakeKeyAsync("ours", [.. Scopes.All.Except([Scopes.Operator])]);
        Assert.Equal(403, (await api.GetAsync("/v1/teams", admin)).Status);
        Assert.Equal(403, (await RenameAsync("theirs", "mine", admin)).Status);
        Assert.Equal(403, (await DeleteAsync("theirs", "theirs", admin)).Status);
    }

    [Fact]
    public async Task Teams_are_listed_with_how_much_they_have_in_pages()
    {
        var key = await MakeTeamWithAllAsync("counted");
        await api.PostAsync("/v1/keys", """{ "name": "gone", "scopes": ["infer"] }""", await api.MakeKeyAsync("counted", Scopes.Admin));
        var gone = Data(await api.GetAsync("/v1/keys", api.AdminKey)).First(each => Text(each, "name") == "gone");
        await api.SendAsync(HttpMethod.Delete, $"/v1/keys/{Text(gone, "id")}", key: api.AdminKey);

        var team = (await TeamsAsync()).Single(each => Text(each, "name") == "counted");
        Assert.Equal((2, 1, 1, 1), (Count(team, "keys"), Count(team, "jobs"), Count(team, "models"), Count(team, "data_sets")));
        await using var db = api.Database.Open();
        var id = team.GetProperty("id").GetInt32();
        var stored = await db.Blobs.Where(blob => blob.TeamId == id).SumAsync(blob => blob.LengthBytes, Cancel);
        Assert.Equal(stored, Count(team, "stored_bytes"));
        Assert.Equal(200, (await api.GetAsync("/v1/me", key)).Status);

        var page = (await api.GetAsync("/v1/teams?limit=1", api.AdminKey)).Json;
        Assert.True(page.GetProperty("has_more").GetBoolean());
    }

    [Fact]
    public async Task A_renamed_team_keeps_its_keys_and_its_new_name_holds_at_once()
    {
        var key = await api.MakeKeyAsync("before", Scopes.Admin);
        Assert.Equal("before", Text((await api.GetAsync("/v1/me", key)).Json, "team"));
        var renamed = await RenameAsync("before", "after");
        Assert.Equal((200, "after", 1), (renamed.Status, Text(renamed.Json, "name"), Count(renamed.Json, "keys")));
        Assert.Equal("after", Text((await api.GetAsync("/v1/me", key)).Json, "team"));
        var made = await api.PostAsync("/v1/keys", """{ "name": "next", "scopes": ["infer"] }""", key);
        Assert.Equal("after", Text(made.Json.GetProperty("details"), "team"));

        Assert.Equal(404, (await RenameAsync("before", "other")).Status);
        Assert.Equal("/name", (await RenameAsync("after", "<b>")).Fault.Pointer);
        Assert.Equal(200, (await RenameAsync("after", "AFTER")).Status); // alike only to itself
        Assert.Equal(["team.rename", "team.rename"], await ActionsAsync("AFTER", "team."));
    }

    [Theory]
    [InlineData("OURS-2", "ours-2")]
    [InlineData("ours_2", "ours-2")]
    [InlineData("0urs-2", "ours-2")]
    [InlineData("our\u0455-2", "ours-2")] // a Cyrillic letter that looks like an s
    [InlineData("\uFF4Furs-2", "ours-2")] // as wide as a Chinese letter
    [InlineData("o\u200Burs-2", "ours-2")] // of no width
    [InlineData("ours\u20132", "ours-2")] // an en dash
    [InlineData("ALl-1", "all-l")]
    public async Task A_name_that_is_taken_for_another_is_refused_with_that(string name, string other)
    {
        await api.MakeKeyAsync(other, Scopes.Admin);
        await api.MakeKeyAsync("renamed", Scopes.Admin);
        var body = JsonSerializer.Serialize(new { name = "x", team = name, scopes = new[] { "infer" } });
        foreach (var answer in new[] { await RenameAsync("renamed", name), await api.PostAsync("/v1/keys", body, api.AdminKey) })
        {
            Assert.Equal((409, "team.name.alike"), (answer.Status, answer.Code));
            Assert.Contains($"'{other}'", Text(answer.Json, "detail"), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("ours-3")]
    [InlineData("our-s2")]
    [InlineData("hours-2")]
    public async Task A_name_that_looks_different_is_taken(string name)
    {
        await api.MakeKeyAsync("ours-2", Scopes.Admin);
        var body = $$"""{ "name": "x", "team": "{{name}}", "scopes": ["infer"] }""";
        Assert.Equal(201, (await api.PostAsync("/v1/keys", body, api.AdminKey)).Status);
        Assert.Equal(201, (await api.PostAsync("/v1/keys", body, api.AdminKey)).Status); // the team is there now
    }

    [Fact]
    public async Task Of_many_who_make_teams_with_names_that_look_alike_at_once_one_succeeds()
    {
        string[] names = ["race-0", "race-o", "race_0", "RACE-0", "Race-O"];
        var answers = await Task.WhenAll(
            names.Select(name => api.PostAsync("/v1/keys", $$"""{ "name": "x", "team": "{{name}}", "scopes": ["infer"] }""", api.AdminKey))
        );
        Assert.Equal([201, 409, 409, 409, 409], answers.Select(answer => answer.Status).Order());
    }

    [Fact]
    public async Task A_deleted_team_is_gone_with_all_that_it_had_and_others_keep_theirs()
    {
        var (kept, key) = (await MakeTeamWithAllAsync("kept"), await MakeTeamWithAllAsync("deleted"));
        Assert.Equal("team.confirm", (await DeleteAsync("deleted", null)).Code);
        Assert.Equal("team.confirm", (await DeleteAsync("deleted", "kept")).Code);
        Assert.Equal("team.own", (await DeleteAsync("ours", "ours")).Code);
        var id = api.TeamId("deleted");
        var before = await RowsAsync(api.TeamId("kept"));
        Assert.Empty(before.Where(table => table.Value == 0).Select(table => table.Key).Except(NotFilled));

        Assert.Equal(204, (await DeleteAsync("deleted", "deleted")).Status);
        Assert.Equal(404, (await DeleteAsync("deleted", "deleted")).Status);
        Assert.Equal(401, (await api.GetAsync("/v1/me", key)).Status);
        Assert.All(await RowsAsync(id), table => Assert.True(table.Value == 0, $"{table.Key} has {table.Value} rows"));
        Assert.Equal(before, await RowsAsync(api.TeamId("kept")));
        Assert.Equal(200, (await api.GetAsync("/v1/me", kept)).Status);
        Assert.Contains("team.delete", await ActionsAsync("deleted", "team."));
    }

    [Fact]
    public async Task A_team_whose_jobs_a_worker_has_is_busy_until_they_end()
    {
        await MakeTeamWithAllAsync("busy");
        var (waiting, running) = (await QueueAsync("busy"), await QueueAsync("busy"));
        var leases = api.Services.GetRequiredService<JobLeases>();
        var fence = (await leases.ClaimAsync(running, Worker, 1, Cancel))!.Value;

        var refused = await DeleteAsync("busy", "busy");
        Assert.Equal((409, "team.busy"), (refused.Status, refused.Code));
        Assert.Contains($"{running}", refused.Body, StringComparison.Ordinal);
        Assert.DoesNotContain($"{waiting}", refused.Body, StringComparison.Ordinal);
        await using var db = api.Database.Open();
        Assert.Equal(JobState.Cancelled, await StateAsync(waiting));
        Assert.Equal(JobState.Cancelling, await StateAsync(running));

        await leases.ReleaseAsync(fence, "stopped", counts: false, Cancel);
        Assert.Equal(204, (await DeleteAsync("busy", "busy")).Status);

        Task<JobState> StateAsync(Guid id) =>
            db.Jobs.Where(job => job.Id == id).Select(job => job.State).SingleAsync(Cancel);
    }

    /// <summary>Tables of teams that a worker or the like fills in ways that these tests do not repeat.</summary>
    private static readonly string[] NotFilled = ["idempotency_keys", "team_quotas", "retention", "weights", "job_answers"];

    /// <summary>How many rows of a team there are in each table that has a column for it.</summary>
    private async Task<Dictionary<string, long>> RowsAsync(int team)
    {
        await using var db = api.Database.Open();
        var tables = await db
            .Database.SqlQuery<string>(
                $"""
                select table_name as "Value" from information_schema.columns
                where table_schema = 'public' and column_name = 'team_id' and table_name <> 'audit'
                """
            )
            .ToListAsync(Cancel);
        var rows = new Dictionary<string, long>();
        foreach (var table in tables.Order(StringComparer.Ordinal))
        {
            await using var count = api.Database.Source.CreateCommand($"select count(*) from {table} where team_id = {team}");
            rows[table] = (long)(await count.ExecuteScalarAsync(Cancel))!;
        }

        await using var chunks = api.Database.Source.CreateCommand(
            $"select count(*) from blob_chunks where not exists (select from blobs where blobs.id = blob_id) or {team} = "
                + "(select team_id from blobs where blobs.id = blob_id)"
        );
        rows["blob_chunks"] = (long)(await chunks.ExecuteScalarAsync(Cancel))!;
        return rows;
    }

    /// <summary>Returns a key that may do everything within the team.</summary>
    private async Task<string> MakeTeamWithAllAsync(string name)
    {
        var key = await api.MakeKeyAsync(name, Scopes.Admin);
        var team = api.TeamId(name);
        using var form = new MultipartFormDataContent { { new StringContent("points"), "name" } };
        var npz = NumpyFiles.Npz(("x_train", NumpyFiles.Bytes(new byte[12], 3, 2, 2)), ("y_train", NumpyFiles.Longs([0, 1, 0], 3)));
        form.Add(new ByteArrayContent(npz), "file", "data.npz");
        Assert.Equal(201, (await api.SendAsync(HttpMethod.Post, "/v1/datasets", form, key)).Status);
        Assert.Equal(201, (await api.PostAsync("/v1/architectures", ConcatService.Api.Architectures.Examples.Valid, key)).Status);
        const string Empty = "{}";
        var (job, study) = (await QueueAsync(name), Guid.CreateVersion7());
        await api.Services.GetRequiredService<JobLeases>().ClaimAsync(job, Worker, 1, Cancel); // an attempt, a transition, an event
        await using var db = api.Database.Open();
        var blob = await api.Services.GetRequiredService<BlobStore>().PutAsync(team, new MemoryStream([1, 2, 3]), Cancel);
        var model = db.Add(new Model { TeamId = team, Name = "m" }).Entity;
        await db.SaveChangesAsync(Cancel);
        await db.Database.ExecuteSqlAsync(
            $"""
            update jobs set state = 'succeeded', finished_at = now(), lease_owner = null, lease_expires_at = null where id = {job};
            insert into metric_names (name) values ('loss') on conflict do nothing;
            insert into metrics select {job}, id, 1, {team}, 0.5 from metric_names where name = 'loss';
            insert into metric_rollups (job_id, metric_id, team_id, first_step, last_step, low_step, low, high_step, high)
                select {job}, id, {team}, 1, 1, 1, 0.5, 1, 0.5 from metric_names where name = 'loss';
            insert into checkpoints (job_id, step, team_id, epoch, fence, sha256, length_bytes)
                values ({job}, 1, {team}, 1, 1, {blob.Sha256}, 3);
            insert into checkpoint_exports (job_id, step, team_id, model_name, state, attempts)
                values ({job}, 1, {team}, 'm-checkpoints', 'failed', 1);
            insert into model_versions
                (model_id, version, team_id, job_id, onnx_sha256, weights_sha256, inputs, outputs, metrics, parity, state)
                values ({model.Id}, 1, {team}, {job}, {blob.Sha256}, '', '[]', '[]', '[]', '[]', 'ready');
            insert into model_aliases (model_id, name, team_id, version) values ({model.Id}, 'production', {team}, 1);
            insert into studies (id, team_id, name, spec, dataset, settings, design, baseline, seeds, model_name)
                values ({study}, {team}, 'a study', {Empty}, 'two-scale', {Empty}::json, {Empty}::json, 'none', 2, 'm');
            insert into study_jobs (study_id, variant, seed, team_id, job_id) values ({study}, 'none', 0, {team}, {job});
            """,
            Cancel
        );
        return key;
    }

    private async Task<Guid> QueueAsync(string team)
    {
        await using var db = api.Database.Open();
        var job = new Job
        {
            TeamId = api.TeamId(team),
            Name = "a job",
            Spec = "{}",
            Dataset = "two-scale",
            Settings = JsonElement.Parse("{}"),
            ModelName = "m",
            Queue = "c-normal",
        };
        db.Add(job);
        await db.SaveChangesAsync(Cancel);
        return job.Id;
    }

    private async Task<List<JsonElement>> TeamsAsync() => Data(await api.GetAsync("/v1/teams?limit=100", api.AdminKey));

    private async Task<List<string>> ActionsAsync(string team, string start) =>
        [
            .. Data(await api.GetAsync($"/v1/audit?team={team}", api.AdminKey))
                .Select(row => Text(row, "action"))
                .Where(action => action.StartsWith(start, StringComparison.Ordinal)),
        ];

    private Task<Answer> RenameAsync(string name, string wanted, string? key = null) =>
        api.SendAsync(
            HttpMethod.Patch,
            $"/v1/teams/{name}",
            new StringContent(JsonSerializer.Serialize(new { name = wanted }), Encoding.UTF8, "application/json"),
            key ?? api.AdminKey
        );

    private Task<Answer> DeleteAsync(string name, string? confirm, string? key = null) =>
        api.SendAsync(
            HttpMethod.Delete,
            $"/v1/teams/{name}{(confirm is null ? "" : $"?confirm={confirm}")}",
            key: key ?? api.AdminKey
        );

    private static List<JsonElement> Data(Answer answer) => [.. answer.Json.GetProperty("data").EnumerateArray()];

    private static string Text(JsonElement row, string name) => row.GetProperty(name).GetString()!;

    private static long Count(JsonElement row, string name) => row.GetProperty(name).GetInt64();
}
