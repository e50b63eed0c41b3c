using System.Net.Http.Headers;
using ConcatService.Api.Access;
using ConcatService.Api.Jobs;

namespace ConcatService.Api.Tests.Quotas;

public sealed class QuotaTests(ApiServer api) : IClassFixture<ApiServer>
{
    private int _keys;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_team_sees_its_limits_and_what_it_uses_and_an_operator_those_of_all()
    {
        var admin = await api.MakeKeyAsync("lookers", Scopes.Admin);
        var before = (await api.GetAsync("/v1/quotas", admin)).Json;
        Assert.Equal("lookers", before.GetProperty("team").GetString());
        Assert.Equal(1000, before.GetProperty("limits").GetProperty("queued_jobs").GetInt32());
        Assert.Equal(0, before.GetProperty("used").GetProperty("queued_jobs").GetInt32());
        Assert.Equal(202, (await api.PostAsync("/v1/jobs", CreateJob.Example, admin)).Status);
        Assert.Equal(1, (await api.GetAsync("/v1/quotas", admin)).Json.GetProperty("used").GetProperty("queued_jobs").GetInt32());
        Assert.Equal(200, (await api.GetAsync("/v1/quotas?team=lookers", api.AdminKey)).Status);
        Assert.Equal((403, "access.other_team"), Of(await api.GetAsync("/v1/quotas?team=ours", admin)));
        Assert.Equal((404, "not_found"), Of(await api.GetAsync("/v1/quotas?team=nobody", api.AdminKey)));
        Assert.Equal((403, "access.missing_scope"), Of(await api.SendAsync(HttpMethod.Put, "/v1/quotas", Json("{}"), admin)));
    }

    [Fact]
    public async Task One_job_more_than_may_wait_is_a_429_with_the_limit_until_one_is_canceled()
    {
        var key = await TeamAsync("waiters", """{ "queued_jobs": 2 }""");
        var first = await api.PostAsync("/v1/jobs", CreateJob.Example, key);
        Assert.Equal(202, (await api.PostAsync("/v1/jobs", CreateJob.Example, key)).Status);
        var refused = await api.PostAsync("/v1/jobs", CreateJob.Example, key);
        Assert.Equal((429, "quota.queued_jobs"), Of(refused));
        Assert.Equal("\"queued_jobs\";q=2", refused.Headers["RateLimit-Policy"]);
        Assert.Equal("\"queued_jobs\";r=0", refused.Headers["RateLimit"]);
        Assert.Equal("30", refused.Headers["Retry-After"]);

        var id = first.Json.GetProperty("id").GetString();
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/cancel", key: key)).Status);
        Assert.Equal(202, (await api.PostAsync("/v1/jobs", CreateJob.Example, key)).Status);
    }

    [Fact]
    public async Task Stored_bytes_data_sets_and_models_are_bounded()
    {
        var full = await TeamAsync("full", """{ "stored_bytes": 0 }""");
        Assert.Equal((429, "quota.stored_bytes"), Of(await api.PostAsync("/v1/jobs", CreateJob.Example, full)));
        Assert.Equal((429, "quota.stored_bytes"), Of(await UploadAsync(full)));

        var none = await TeamAsync("none", """{ "data_sets": 0, "models": 0 }""");
        Assert.Equal((429, "quota.data_sets"), Of(await UploadAsync(none)));
        Assert.Equal((429, "quota.models"), Of(await api.PostAsync("/v1/jobs", CreateJob.Example, none)));

        var small = await TeamAsync("small", """{ "stored_bytes": 10 }""");
        Assert.Equal((429, "quota.stored_bytes"), Of(await UploadAsync(small)));
        Assert.Equal(0, (await api.GetAsync("/v1/quotas?team=small", api.AdminKey)).Json
            .GetProperty("used").GetProperty("stored_bytes").GetInt64());
    }

    [Fact]
    public async Task Requests_are_counted_told_and_refused_for_a_team_and_for_no_other()
    {
        var (key, other) = (await TeamAsync("fast", """{ "requests_per_second": 5 }"""), await api.MakeKeyAsync("slow", Scopes.JobsRead));
        var answers = new List<Answer>();
        for (var i = 0; i < 12; i++)
            answers.Add(await api.GetAsync("/v1/gallery", key));
        Assert.Equal("\"requests\";q=5;w=1", answers[0].Headers["RateLimit-Policy"]);
        Assert.Equal("\"requests\";r=4;t=1", answers[0].Headers["RateLimit"]);
        var refused = answers.Find(answer => answer.Status == 429);
        Assert.NotNull(refused);
        Assert.Equal(("quota.requests_per_second", "1"), (refused.Code, refused.Headers["Retry-After"]));
        Assert.Equal(200, (await api.GetAsync("/v1/gallery", other)).Status);
        Assert.NotEqual(429, (await api.GetAsync("/v2/models/none", key)).Status);
    }

    [Fact]
    public async Task One_event_stream_too_many_of_a_team_is_a_429()
    {
        var key = await TeamAsync("listeners", """{ "event_streams": 1 }""");
        var job = (await api.PostAsync("/v1/jobs", CreateJob.Example, key)).Json.GetProperty("id").GetString()!;
        using var client = api.Client(key);
        using var open = await ListenAsync(client, job);
        Assert.Equal(200, (int)open.StatusCode);
        using (var refused = await ListenAsync(client, job))
            Assert.Equal((429, "quota.event_streams"), Of(await Answer.OfAsync(refused)));
    }

    [Fact]
    public async Task A_wrong_limit_is_named_and_null_goes_back_to_the_default()
    {
        await TeamAsync("changed", """{ "queued_jobs": 3, "weight": 2.5 }""");
        var wrong = await PutAsync("changed", """{ "queued_jobs": -1, "weight": 0, "requests_per_second": 0 }""");
        Assert.Equal((422, "request.invalid"), Of(wrong));
        Assert.Equal(3, wrong.Json.GetProperty("errors").GetArrayLength());
        Assert.Equal((400, "request.unknown_field"), Of(await PutAsync("changed", """{ "jobs": 1 }""")));
        var limits = (await PutAsync("changed", """{ "queued_jobs": null }""")).Json.GetProperty("limits");
        Assert.Equal((1000, 2.5), (limits.GetProperty("queued_jobs").GetInt32(), limits.GetProperty("weight").GetDouble()));
    }

    private static (int, string?) Of(Answer answer) => (answer.Status, answer.Code);

    private static StringContent Json(string text) => new(text, new MediaTypeHeaderValue("application/json"));

    private Task<Answer> PutAsync(string team, string json) =>
        api.SendAsync(HttpMethod.Put, $"/v1/quotas?team={team}", Json(json), api.AdminKey);

    private Task<Answer> UploadAsync(string key)
    {
        var csv = new StringContent("a,b,label\n1,2,x\n3,4,y\n5,6,x\n7,8,y\n");
        return api.SendAsync(
            HttpMethod.Post,
            "/v1/datasets",
            new MultipartFormDataContent { { new StringContent($"points-{++_keys}"), "name" }, { csv, "file", "points.csv" } },
            key
        );
    }

    /// <summary>A key that may do everything for a new team with these quotas.</summary>
    private async Task<string> TeamAsync(string team, string quotas)
    {
        var key = await api.MakeKeyAsync(team, Scopes.JobsRead, Scopes.JobsWrite, Scopes.Infer);
        Assert.Equal(200, (await PutAsync(team, quotas)).Status);
        return key;
    }

    private static async Task<HttpResponseMessage> ListenAsync(HttpClient client, string job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{job}/events");
        request.Headers.Accept.Add(new("text/event-stream"));
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }
}
