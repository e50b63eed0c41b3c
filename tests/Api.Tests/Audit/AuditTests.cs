using System.Net;
using System.Text;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Tests.DataSets;
using ConcatService.Api.Tests.Inference.Protocol;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Audit;

/// <summary>Each change has one row that says who made it, and only those who may read it do.</summary>
public sealed class AuditTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ApiServer Api => server.Api;

    [Fact]
    public async Task A_key_that_is_made_rotated_and_revoked_has_a_row_for_each()
    {
        var made = await ChangeAsync(
            "key.create",
            () => Api.PostAsync("/v1/keys", """{ "name": "a", "scopes": ["infer"] }""", Api.AdminKey)
        );
        var id = made.Answer.Json.GetProperty("details").GetProperty("id").GetString();
        Assert.Equal(("key", id), (made.Row.TargetKind, made.Row.Target));
        Assert.Equal("""["infer"]""", made.Row.Details!.Value.GetProperty("scopes").GetRawText());
        Assert.DoesNotContain(made.Answer.Json.GetProperty("key").GetString()!, made.Row.Details.Value.GetRawText());

        var rotated = await ChangeAsync("key.rotate", () => Api.PostAsync($"/v1/keys/{id}/rotate", "{}", Api.AdminKey));
        Assert.Equal(id, rotated.Row.Target);
        Assert.Equal(
            rotated.Answer.Json.GetProperty("details").GetProperty("id").GetString(),
            rotated.Row.Details!.Value.GetProperty("new_key").GetString()
        );

        Assert.Equal(id, (await ChangeAsync("key.revoke", () => DeleteAsync($"/v1/keys/{id}"))).Row.Target);
        await NothingAsync(() => DeleteAsync($"/v1/keys/{id}"));
    }

    [Fact]
    public async Task A_key_of_a_new_team_is_two_changes_of_that_team_by_a_caller_of_another()
    {
        var before = await NewestAsync();
        await Api.PostAsync("/v1/keys", """{ "name": "first", "team": "begun", "scopes": ["admin"] }""", Api.AdminKey);
        var rows = await RowsAfterAsync(before);
        Assert.Equal(["team.create", "key.create"], rows.Select(row => row.Action));
        Assert.All(rows, row => Assert.Equal(("begun", "ours", "test"), (row.Team, row.CallerTeam, row.KeyName)));
    }

    [Fact]
    public async Task An_alias_that_is_moved_back_and_deleted_has_a_row_for_each_and_none_when_it_stays()
    {
        for (var version = 1; version <= 2; version++)
            await WireModels.PublishEchoAsync(Api, "promoted", [new("x", "FP32", [-1, 3])], ["y"]);
        const string Alias = "/v1/models/promoted/aliases/production";
        var first = await ChangeAsync("alias.move", () => PutAsync(Alias, """{ "version": "1" }"""));
        Assert.Equal("promoted:production", first.Row.Target);
        Assert.Equal("""{"to": "1", "from": null}""", first.Row.Details!.Value.GetRawText());
        await NothingAsync(() => PutAsync(Alias, """{ "version": "1" }"""));
        await NothingAsync(() => PutAsync(Alias, """{ "version": "7" }"""));
        var second = await ChangeAsync("alias.move", () => PutAsync(Alias, """{ "version": "2" }"""));
        Assert.Equal("""{"to": "2", "from": "1"}""", second.Row.Details!.Value.GetRawText());
        var back = await ChangeAsync("alias.move", () => Api.PostAsync(Alias + "/back", "", Api.AdminKey));
        Assert.Equal("""{"to": "1", "from": "2"}""", back.Row.Details!.Value.GetRawText());
        var gone = await ChangeAsync("alias.delete", () => DeleteAsync(Alias));
        Assert.Equal("""{"version": "1"}""", gone.Row.Details!.Value.GetRawText());
        await NothingAsync(() => DeleteAsync(Alias));
    }

    [Fact]
    public async Task Quotas_that_are_set_have_a_row_with_what_was_sent()
    {
        await NothingAsync(() => PutAsync("/v1/quotas", """{ "weight": -1 }"""));
        var set = await ChangeAsync("quotas.change", () => PutAsync("/v1/quotas", """{ "weight": 2 }"""));
        Assert.Equal(("ours", """{"weight": 2}"""), (set.Row.Target, set.Row.Details!.Value.GetRawText()));
    }

    [Fact]
    public async Task A_deleted_job_has_a_row_with_the_versions_that_went_with_it()
    {
        await WireModels.PublishEchoAsync(Api, "fleeting", [new("x", "FP32", [-1, 3])], ["y"]);
        await using var db = Api.Database.Open();
        var job = await db.Jobs.Where(job => job.Name == "fleeting").Select(job => job.Id).SingleAsync(Cancel);
        await NothingAsync(() => DeleteAsync($"/v1/jobs/{job}")); // it has not ended
        await db.Database.ExecuteSqlAsync($"update jobs set state = 'succeeded' where id = {job}", Cancel);
        var gone = await ChangeAsync("job.delete", () => DeleteAsync($"/v1/jobs/{job}"));
        Assert.Equal(("job", $"{job}"), (gone.Row.TargetKind, gone.Row.Target));
        Assert.Equal("""["fleeting:1"]""", gone.Row.Details!.Value.GetProperty("versions").GetRawText());
        await NothingAsync(() => DeleteAsync($"/v1/jobs/{job}"));
    }

    [Fact]
    public async Task A_deleted_data_set_has_a_row()
    {
        using var form = new MultipartFormDataContent { { new StringContent("brief"), "name" } };
        var npz = NumpyFiles.Npz(("x_train", NumpyFiles.Bytes(new byte[12], 3, 2, 2)), ("y_train", NumpyFiles.Longs([0, 1, 0], 3)));
        form.Add(new ByteArrayContent(npz), "file", "data.npz");
        Assert.Equal(201, (await Api.SendAsync(HttpMethod.Post, "/v1/datasets", form)).Status);
        var gone = await ChangeAsync("dataset.delete", () => DeleteAsync("/v1/datasets/brief@1"));
        Assert.Equal(("dataset", "brief@1"), (gone.Row.TargetKind, gone.Row.Target));
        await NothingAsync(() => DeleteAsync("/v1/datasets/brief@1"));
    }

    [Fact]
    public async Task A_change_by_a_browser_names_its_session_and_so_does_the_end_of_one()
    {
        using var browser = new HttpClient(new HttpClientHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false })
        {
            BaseAddress = new($"http://127.0.0.1:{server.Port}"),
            DefaultRequestHeaders = { { "Sec-Fetch-Site", "same-origin" } },
        };
        await browser.PostAsync("/login", new FormUrlEncodedContent([new("key", Api.AdminKey)]), Cancel);
        await using var db = Api.Database.Open();
        var session = await db.Sessions.OrderByDescending(each => each.Id).Select(each => each.Id).FirstAsync(Cancel);
        var before = await NewestAsync();
        using var body = new StringContent("""{ "name": "b", "scopes": ["infer"] }""", Encoding.UTF8, "application/json");
        Assert.Equal(HttpStatusCode.Created, (await browser.PostAsync("/v1/keys", body, Cancel)).StatusCode);
        Assert.Equal(session, (await RowsAfterAsync(before)).Single().SessionId);

        var ended = await ChangeAsync("session.end", () => DeleteAsync($"/v1/sessions/{session}"));
        Assert.Equal((session.ToString(), null), (ended.Row.Target, ended.Row.SessionId));
    }

    [Fact]
    public async Task An_admin_reads_the_rows_of_its_own_team_and_an_operator_all()
    {
        var mine = await Api.MakeKeyAsync("readers", Scopes.Admin);
        var other = await Api.MakeKeyAsync("strangers", Scopes.Admin);
        var made = await Api.PostAsync("/v1/keys", """{ "name": "seen", "scopes": ["infer"] }""", mine);
        var id = made.Json.GetProperty("details").GetProperty("id").GetString();

        var listed = Data(await Api.GetAsync("/v1/audit", mine));
        Assert.Equal((id, "readers", "127.0.0.1"), (Text(listed[0], "target"), Text(listed[0], "team"), Text(listed[0], "address")));
        Assert.All(listed, row => Assert.Equal("readers", Text(row, "team")));
        Assert.DoesNotContain(id!, (await Api.GetAsync("/v1/audit", other)).Body, StringComparison.Ordinal);
        Assert.Equal("access.other_team", (await Api.GetAsync("/v1/audit?team=readers", other)).Code);
        Assert.Contains(id!, (await Api.GetAsync("/v1/audit", Api.AdminKey)).Body, StringComparison.Ordinal);
        Assert.Equal(listed.Count, Data(await Api.GetAsync("/v1/audit?team=readers", Api.AdminKey)).Count);
    }

    [Fact]
    public async Task No_scope_but_admin_and_operator_reads_it()
    {
        foreach (var scope in Scopes.All)
        {
            var status = (await Api.GetAsync("/v1/audit", await Api.MakeKeyAsync("ours", scope))).Status;
            Assert.Equal((scope, scope is Scopes.Admin or Scopes.Operator ? 200 : 403), (scope, status));
        }
    }

    [Fact]
    public async Task It_is_filtered_by_action_and_time_and_comes_in_pages()
    {
        var admin = await Api.MakeKeyAsync("paging", Scopes.Admin);
        for (var number = 0; number < 3; number++)
            await Api.PostAsync("/v1/keys", $$"""{ "name": "{{number}}", "scopes": ["infer"] }""", admin);
        await DeleteAsync($"/v1/keys/{Text(Data(await Api.GetAsync("/v1/audit", admin))[0], "target")}", admin);

        Assert.Equal(["key.revoke", "key.create", "key.create", "key.create"], await ActionsAsync("/v1/audit"));
        Assert.Equal(["key.revoke"], await ActionsAsync("/v1/audit?action=key.revoke"));
        Assert.Equal([], await ActionsAsync("/v1/audit?since=2999-01-01T00:00:00Z"));
        Assert.Equal(4, (await ActionsAsync("/v1/audit?since=2001-01-01T00:00:00Z")).Count);
        var page = await Api.GetAsync("/v1/audit?limit=3", admin);
        var next = await Api.GetAsync($"/v1/audit?limit=3&cursor={page.Json.GetProperty("next_cursor").GetString()}", admin);
        Assert.Equal((3, 1), (Data(page).Count, Data(next).Count));
        Assert.Equal("request.unknown_action", (await Api.GetAsync("/v1/audit?action=key.make", admin)).Code);
        Assert.Equal("request.out_of_range", (await Api.GetAsync("/v1/audit?since=yesterday", admin)).Code);

        async Task<List<string>> ActionsAsync(string path) =>
            [.. Data(await Api.GetAsync(path, admin)).Select(row => Text(row, "action")!)];
    }

    /// <summary>Makes a change as <see cref="ApiServer.AdminKey"/>, and returns the one row that it left.</summary>
    private async Task<(Answer Answer, AuditEntry Row)> ChangeAsync(string action, Func<Task<Answer>> change)
    {
        var before = await NewestAsync();
        var answer = await change();
        Assert.True(answer.Status is 200 or 201 or 204, answer.Body);
        var row = Assert.Single(await RowsAfterAsync(before));
        await using var db = Api.Database.Open();
        var key = await db.ApiKeys.SingleAsync(key => key.Hash == KeyText.Hash(Api.AdminKey), Cancel);
        Assert.Equal((action, "ours", Api.TeamId()), (row.Action, row.Team, row.TeamId));
        Assert.Equal((key.Id, "test", "ours", "127.0.0.1"), (row.KeyId, row.KeyName, row.CallerTeam, row.Address));
        Assert.Matches("^[0-9a-f]{32}$", row.TraceId);
        return (answer, row);
    }

    private async Task NothingAsync(Func<Task<Answer>> call)
    {
        var before = await NewestAsync();
        await call();
        Assert.Empty(await RowsAfterAsync(before));
    }

    private async Task<long> NewestAsync()
    {
        await using var db = Api.Database.Open();
        return await db.Audit.MaxAsync(row => (long?)row.Id, Cancel) ?? 0;
    }

    private async Task<List<AuditEntry>> RowsAfterAsync(long id)
    {
        await using var db = Api.Database.Open();
        return await db.Audit.Where(row => row.Id > id).OrderBy(row => row.Id).ToListAsync(Cancel);
    }

    private Task<Answer> DeleteAsync(string path, string? key = null) =>
        Api.SendAsync(HttpMethod.Delete, path, key: key ?? Api.AdminKey);

    private Task<Answer> PutAsync(string path, string json) =>
        Api.SendAsync(HttpMethod.Put, path, new StringContent(json, Encoding.UTF8, "application/json"), Api.AdminKey);

    private static List<JsonElement> Data(Answer answer) => [.. answer.Json.GetProperty("data").EnumerateArray()];

    private static string? Text(JsonElement row, string name) => row.GetProperty(name).GetString();
}
