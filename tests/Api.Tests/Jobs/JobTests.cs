using ConcatService.Api.Architectures;
using ConcatService.Api.Jobs;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcatService.Api.Tests.Jobs;

public sealed class JobTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly WorkerIdentity Worker = new("somewhere", "machine", 4711, "1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_job_is_accepted_and_its_resource_has_every_field_of_the_design()
    {
        var answer = await api.PostAsync("/v1/jobs", CreateJob.Example);
        Assert.Equal(202, answer.Status);
        Assert.Equal("1", answer.Headers["Retry-After"]);
        var job = (await api.GetAsync(answer.Headers["Location"])).Json;
        Assert.Equal(answer.Json.GetProperty("id").GetString(), job.GetProperty("id").GetString());
        string[] fields =
        [
            "id",
            "name",
            "state",
            "created_at",
            "started_at",
            "finished_at",
            "estimated_finish_at",
            "progress",
            "attempts",
            "dataset",
            "architecture_id",
            "settings",
            "environment",
            "result",
            "model",
            "error",
        ];
        foreach (var field in fields)
            Assert.True(job.TryGetProperty(field, out _), field);
        Assert.Equal(
            ("two-branch", "queued", "two-scale"),
            (job.GetProperty("name").GetString(), job.GetProperty("state").GetString(), job.GetProperty("dataset").GetString())
        );
        Assert.Equal(1, job.GetProperty("settings").GetProperty("epochs").GetInt32());
        Assert.Equal(answer.Json.GetProperty("created_at").GetDateTimeOffset(), job.GetProperty("created_at").GetDateTimeOffset());
    }

    [Fact]
    public async Task Settings_and_metadata_come_back_in_the_order_in_which_they_were_written()
    {
        var answer = await api.PostAsync(
            "/v1/jobs",
            Request("\"epochs\": 2").Replace("\"dataset\"", "\"metadata\": { \"zebra\": 1, \"a\": { \"c\": 1, \"b\": 2 } }, \"dataset\"")
        );
        var job = (await api.GetAsync(answer.Headers["Location"])).Json;
        Assert.Equal("""{"zebra":1,"a":{"c":1,"b":2}}""", job.GetProperty("metadata").GetRawText().Replace(" ", ""));
        Assert.Equal(new TrainingSettings { Epochs = 2 }.ToJson().GetRawText(), job.GetProperty("settings").GetRawText());
    }

    [Fact]
    public async Task A_job_rings_its_queue_and_says_when_nobody_listens()
    {
        var job = (await api.PostAsync("/v1/jobs", Request("\"device\": \"cuda\", \"queue\": \"high\""))).Json;
        Assert.Contains("b-high-cuda", job.GetProperty("notice").GetString(), StringComparison.Ordinal);
        await using var db = api.Database.Open();
        Assert.Equal(
            ["b-high-cuda"],
            await db
                .Database.SqlQuery<string>(
                    $"""
                    select bell.queue as "Value" from hangfire.jobqueue bell join hangfire.job entry on entry.id = bell.jobid
                    where entry.arguments::text like '%' || {job.GetProperty("id").GetString()} || '%'
                    """
                )
                .ToListAsync(Cancel)
        );
    }

    [Fact]
    public async Task An_architecture_that_is_kept_can_be_named_by_its_id()
    {
        var kept = (await api.PostAsync("/v1/architectures", Examples.Valid)).Json.GetProperty("id").GetString();
        var request = $$"""{ "architecture_id": "{{kept}}", "dataset": "two-scale" }""";
        Assert.Equal(kept, (await api.PostAsync("/v1/jobs", request)).Json.GetProperty("architecture_id").GetString());
        Assert.Equal(
            (422, ("/architecture_id", "not_found")),
            (await api.PostAsync("/v1/jobs", request, api.ForeignKey)) is var foreign ? (foreign.Status, foreign.Fault) : default
        );
    }

    [Fact]
    public async Task Symbols_get_the_sizes_of_the_data_before_a_job_is_accepted_or_refused()
    {
        var request = CreateJob.Example.Replace("[1, 28, 28]", """[1, "H", "W"]""", StringComparison.Ordinal);
        Assert.NotEqual(CreateJob.Example, request);
        Assert.Equal(202, (await api.PostAsync("/v1/jobs", request)).Status);
        var refused = await api.PostAsync(
            "/v1/jobs",
            request.Replace("\"layers\"", """ "symbols": { "H": { "multiple_of": 32 } }, "layers" """, StringComparison.Ordinal)
        );
        Assert.Equal((422, "architecture.invalid"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task An_invalid_spec_is_a_422_that_carries_the_report()
    {
        var answer = await api.PostAsync("/v1/jobs", $$"""{ "architecture": {{Examples.Refused}}, "dataset": "two-scale" }""");
        Assert.Equal((422, "architecture.invalid"), (answer.Status, answer.Code));
        Assert.True(answer.Json.GetProperty("report").GetProperty("diagnostics")[0].GetProperty("fixes").GetArrayLength() >= 2);
    }

    [Fact]
    public async Task A_job_has_a_name_and_tags_and_is_found_by_them()
    {
        var key = await api.MakeKeyAsync("tagging", "jobs:read", "jobs:write");
        var plain = await api.PostAsync("/v1/jobs", Request(""), key);
        Assert.Equal(("two-branch", 0), (plain.Json.GetProperty("name").GetString(), plain.Json.GetProperty("tags").GetArrayLength()));
        foreach (var (name, tags) in new[] { ("first", """["a", "b", "a"]"""), ("second", """["b", "c d"]""") })
            await api.PostAsync("/v1/jobs", Request("").Replace("{ \"arch", $"{{ \"name\": \"{name}\", \"tags\": {tags}, \"arch"), key);
        string[] all = ["second [\"b\",\"c d\"]", "first [\"a\",\"b\"]", "two-branch []"];
        Assert.Equal(all, await FoundAsync(""));
        Assert.Equal(all[..2], await FoundAsync("?tag=b"));
        Assert.Equal(all[1..2], await FoundAsync("?tag=b&tag=a"));
        Assert.Equal(all[..1], await FoundAsync("?name=second&tag=c%20d"));
        Assert.Empty(await FoundAsync("?name=first&tag=c"));

        async Task<string[]> FoundAsync(string query) =>
            [
                .. (await api.GetAsync($"/v1/jobs{query}", key))
                    .Json.GetProperty("data")
                    .EnumerateArray()
                    .Select(job => $"{job.GetProperty("name")} {job.GetProperty("tags").GetRawText()}"),
            ];
    }

    [Fact]
    public async Task A_job_gives_back_its_network_as_it_was_sent_and_as_a_picture()
    {
        var id = Id(await api.PostAsync("/v1/jobs", Request("")));
        Assert.Equal(Examples.Valid, (await api.GetAsync($"/v1/jobs/{id}/architecture")).Body);
        var picture = await api.GetAsync($"/v1/jobs/{id}/graph.svg");
        Assert.StartsWith("image/svg+xml", picture.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("merge", picture.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "dataset": "two-scale" }""", "/architecture", "missing_field")]
    [InlineData("""{ "architecture": SPEC, "dataset": "two-scale", "tags": "a" }""", "/tags", "out_of_range")]
    [InlineData("""{ "architecture": SPEC, "dataset": "two-scale", "tags": ["a", ""] }""", "/tags", "out_of_range")]
    [InlineData("""{ "architecture": SPEC, "dataset": "two-scale", "name": "" }""", "/name", "out_of_range")]
    [InlineData("""{ "architecture": 3, "dataset": "two-scale" }""", "/architecture", "wrong_type")]
    [InlineData("""{ "architecture": SPEC }""", "/dataset", "missing_field")]
    [InlineData("""{ "architecture": SPEC, "dataset": "fashon-mnist" }""", "/dataset", "unknown_dataset")]
    [InlineData(
        """{ "architecture": SPEC, "dataset": "two-scale", "settings": { "epochs": 0 } }""",
        "/settings/epochs",
        "spec.out_of_range"
    )]
    [InlineData(
        """{ "architecture": SPEC, "dataset": "two-scale", "settings": { "batch_size": 60000 } }""",
        "/settings/batch_size",
        "spec.out_of_range"
    )]
    [InlineData("""{ "architecture": SPEC, "dataset": "two-scale", "settings": [] }""", "/settings", "spec.wrong_type")]
    [InlineData("""{ "architecture": SPEC, "dataset": "two-scale", "model_name": "Two Branch" }""", "/model_name", "out_of_range")]
    [InlineData("""{ "architecture": SPEC, "dataset": "two-scale", "metadata": { "a": "\u0000" } }""", "/metadata/a", "nul_character")]
    [InlineData("""{ "architecture": SPEC, "dataset": "two-scale", "metadata": [] }""", "/metadata", "wrong_type")]
    [InlineData("""{ "architecture_id": 7, "dataset": "two-scale" }""", "/architecture_id", "wrong_type")]
    public async Task A_faulty_request_is_a_422_that_points_at_the_fault(string request, string pointer, string code)
    {
        var answer = await api.PostAsync("/v1/jobs", request.Replace("SPEC", Examples.Valid));
        Assert.Equal((422, "request.invalid", (pointer, code)), (answer.Status, answer.Code, answer.Fault));
    }

    [Fact]
    public async Task An_unknown_data_set_is_answered_with_the_nearest_name() =>
        Assert.Contains(
            "'fashion-mnist'",
            (await api.PostAsync("/v1/jobs", $$"""{ "architecture": {{Examples.Valid}}, "dataset": "fashon-mnist" }""")).Body,
            StringComparison.Ordinal
        );

    [Fact]
    public async Task A_network_that_does_not_fit_the_data_is_a_422_that_points_into_the_spec()
    {
        var answer = await api.PostAsync(
            "/v1/jobs",
            Request("").Replace("\"out_features\": 10", "\"out_features\": 12").Replace("[1, 28, 28]", "[3, 28, 28]")
        );
        Assert.Equal(
            ["/architecture/inputs/image/shape data.input", "/architecture/layers/7/out_features data.output"],
            answer
                .Json.GetProperty("errors")
                .EnumerateArray()
                .Select(error => $"{error.GetProperty("pointer")} {error.GetProperty("code")}")
        );
    }

    [Fact]
    public async Task Pages_are_newest_first_and_stable_while_jobs_are_added()
    {
        var key = await api.MakeKeyAsync("paging", "jobs:read", "jobs:write");
        var made = new List<string>();
        for (var i = 0; i < 5; i++)
            made.Add(Id(await api.PostAsync("/v1/jobs", Request(""), key)));
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = (await api.GetAsync($"/v1/jobs?limit=2{(cursor is null ? "" : $"&cursor={cursor}")}", key)).Json;
            seen.AddRange(page.GetProperty("data").EnumerateArray().Select(job => job.GetProperty("id").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
            Assert.Equal(cursor is not null, page.GetProperty("has_more").GetBoolean());
            await api.PostAsync("/v1/jobs", Request(""), key);
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Reverse(made), seen);
        Assert.Empty((await api.GetAsync("/v1/jobs?state=running", key)).Json.GetProperty("data").EnumerateArray());
        Assert.Equal("request.state", (await api.GetAsync("/v1/jobs?state=runing", key)).Code);
    }

    [Fact]
    public async Task Another_teams_job_is_a_404_on_every_route()
    {
        var id = Id(await api.PostAsync("/v1/jobs", Request("")));
        foreach (
            var (method, path) in new[]
            {
                ("GET", ""),
                ("DELETE", ""),
                ("POST", "/cancel"),
                ("POST", "/pause"),
                ("POST", "/resume"),
                ("GET", "/events"),
                ("GET", "/metrics"),
                ("GET", "/architecture"),
                ("GET", "/graph.svg"),
            }
        )
            Assert.Equal(
                (path, 404),
                (path, (await api.SendAsync(new HttpMethod(method), $"/v1/jobs/{id}{path}", key: api.ForeignKey)).Status)
            );
        Assert.Equal("queued", (await api.GetAsync($"/v1/jobs/{id}")).Json.GetProperty("state").GetString());
    }

    [Fact]
    public async Task A_queued_job_is_cancelled_at_once_a_held_one_is_asked_to_stop_and_only_an_ended_one_can_be_deleted()
    {
        var id = Id(await api.PostAsync("/v1/jobs", Request("")));
        Assert.Equal(
            (409, "job.not_ended"),
            await api.SendAsync(HttpMethod.Delete, $"/v1/jobs/{id}") is var early ? (early.Status, early.Code) : default
        );
        for (var again = 0; again < 2; again++)
            Assert.Equal((200, "cancelled"), await StateAfterCancelAsync(id));
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/jobs/{id}")).Status);
        Assert.Equal(404, (await api.GetAsync($"/v1/jobs/{id}")).Status);

        var held = Id(await api.PostAsync("/v1/jobs", Request("")));
        await ClaimAsync(held);
        Assert.Equal((202, "cancelling"), await StateAfterCancelAsync(held));
    }

    [Fact]
    public async Task A_job_is_held_and_let_go_on_and_shows_its_checkpoints()
    {
        var id = Id(await api.PostAsync("/v1/jobs", Request("")));
        var paused = await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/pause");
        Assert.Equal((200, "paused"), (paused.Status, paused.Json.GetProperty("state").GetString()));
        var resumed = await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/resume");
        Assert.Equal((202, "queued"), (resumed.Status, resumed.Json.GetProperty("state").GetString()));

        var fence = await ClaimAsync(id);
        Assert.Equal((409, "job.not_paused"), await StatusAndCodeAsync("resume"));
        await new Checkpoints(api.Services.GetRequiredService<NpgsqlDataSource>(), fence).AddAsync(
            7,
            2,
            new MemoryStream([1, 2, 3]),
            Cancel
        );
        var kept = Assert.Single((await api.GetAsync($"/v1/jobs/{id}/checkpoints")).Json.GetProperty("data").EnumerateArray());
        Assert.Equal(
            (7, 2, 3),
            (kept.GetProperty("step").GetInt64(), kept.GetProperty("epoch").GetInt32(), kept.GetProperty("length_bytes").GetInt64())
        );

        Assert.Equal(202, (await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/pause")).Status);
        await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/cancel");
        Assert.Equal((409, "job.not_pausable"), await StatusAndCodeAsync("pause"));
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{Guid.Empty}/pause")).Status);

        async Task<(int, string?)> StatusAndCodeAsync(string call)
        {
            var answer = await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/{call}");
            return (answer.Status, answer.Code);
        }
    }

    [Fact]
    public async Task Metrics_for_operators_count_jobs_by_state_and_are_for_admins()
    {
        await api.PostAsync("/v1/jobs", Request(""));
        var metrics = await api.GetAsync("/metrics", api.AdminKey);
        Assert.Matches("(?m)^concat_jobs\\{state=\"queued\"\\} [1-9]", metrics.Body);
        Assert.Equal(403, (await api.GetAsync("/metrics")).Status);
    }

    private static string Request(string settings) =>
        $$"""{ "architecture": {{Examples.Valid}}, "dataset": "two-scale", "settings": { {{settings}} } }""";

    private static string Id(Answer answer) => answer.Json.GetProperty("id").GetString()!;

    private async Task<JobFence> ClaimAsync(string id) =>
        (await api.Services.GetRequiredService<JobLeases>().ClaimAsync(Guid.Parse(id), Worker, 1, Cancel))!.Value;

    private async Task<(int, string?)> StateAfterCancelAsync(string id)
    {
        var answer = await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/cancel");
        return (answer.Status, answer.Json.GetProperty("state").GetString());
    }
}
