using System.Net.Http.Headers;
using System.Text.Json;
using ConcatService.Api.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Jobs;

/// <summary>Curves, events and workers: what one watches a job by.</summary>
public sealed class JobWatchTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly WorkerIdentity Worker = new("somewhere", "machine", 4711, "1");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Metrics_come_by_name_and_thinned_with_their_peaks_and_without_what_is_no_number()
    {
        var id = await QueueAsync();
        var fence = await ClaimAsync(id);
        var points = Enumerable
            .Range(1, 500)
            .Select(step => new MetricPoint("train_loss", step, step == 321 ? 99 : 1.0 / step))
            .Append(new MetricPoint("lr", 1, double.NaN))
            .ToList();
        await api.Services.GetRequiredService<MetricWriter>().WriteAsync(fence, points, Cancel);

        var all = (await api.GetAsync($"/v1/jobs/{id}/metrics")).Json.GetProperty("series");
        Assert.Equal(["lr", "train_loss"], all.EnumerateArray().Select(curve => curve.GetProperty("name").GetString()));
        Assert.Equal(JsonValueKind.Null, all[0].GetProperty("values")[0].ValueKind);
        Assert.Equal(500, all[1].GetProperty("steps").GetArrayLength());

        var thin = (await api.GetAsync($"/v1/jobs/{id}/metrics?name=train_loss&max_points=20")).Json.GetProperty("series");
        var steps = Assert.Single(thin.EnumerateArray()).GetProperty("steps").EnumerateArray().Select(step => step.GetInt64()).ToList();
        Assert.Equal((20, 1L, 500L, true), (steps.Count, steps[0], steps[^1], steps.Contains(321)));
        Assert.Equal("request.max_points", (await api.GetAsync($"/v1/jobs/{id}/metrics?max_points=1")).Code);
        Assert.Equal("request.malformed", (await api.GetAsync($"/v1/jobs/{id}/metrics?max_points=x")).Code);
    }

    [Fact]
    public async Task Events_come_in_pages_and_as_a_stream_that_goes_on_where_the_reader_left_and_ends_with_the_job()
    {
        var id = await QueueAsync();
        await ClaimAsync(id);
        await api.SendAsync(HttpMethod.Post, $"/v1/jobs/{id}/cancel");
        var page = (await api.GetAsync($"/v1/jobs/{id}/events?limit=1")).Json;
        Assert.Equal(
            (2, true),
            (page.GetProperty("data")[0].GetProperty("sequence").GetInt32(), page.GetProperty("has_more").GetBoolean())
        );

        using var client = api.Client(api.Key);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}/events") { Headers = { { "Last-Event-ID", "1" } } };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var stream = response.Content.ReadAsStringAsync(Cancel);
        await api.Services.GetRequiredService<JobLeases>().ReclaimFromAsync([Worker.Id], Cancel);
        var text = await stream;
        Assert.Contains("id: 2\n", text, StringComparison.Ordinal);
        Assert.Contains("id: 3\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("id: 1\n", text, StringComparison.Ordinal);
        Assert.EndsWith("event: done\ndata: {}\n\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_ends_soon_after_its_key_was_revoked()
    {
        var id = await QueueAsync();
        var key = await api.MakeKeyAsync("ours", "jobs:read");
        using var client = api.Client(key);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        var stream = response.Content.ReadAsStringAsync(Cancel);
        var own = (await api.GetAsync("/v1/me", key)).Json.GetProperty("key_id").GetString();
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/keys/{own}", key: api.AdminKey)).Status);
        Assert.DoesNotContain("event: done", await stream.WaitAsync(TimeSpan.FromSeconds(60), Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_shows_its_job_to_the_jobs_team_only()
    {
        var id = Guid.Parse(await QueueAsync());
        var registry = api.Services.GetRequiredService<WorkerRegistry>();
        await registry.HeartbeatAsync(Worker, new("cpu", null, false), spareReady: true, id, Cancel);
        var ours = (await api.GetAsync("/v1/workers")).Json.GetProperty("data")[0];
        var theirs = (await api.GetAsync("/v1/workers", api.ForeignKey)).Json.GetProperty("data")[0];
        Assert.Equal((id.ToString(), true), (ours.GetProperty("current_job").GetString(), ours.GetProperty("alive").GetBoolean()));
        Assert.Equal((null, true), (theirs.GetProperty("current_job").GetString(), theirs.GetProperty("busy").GetBoolean()));
    }

    private async Task<string> QueueAsync() => (await api.PostAsync("/v1/jobs", CreateJob.Example)).Json.GetProperty("id").GetString()!;

    private async Task<JobFence> ClaimAsync(string id) =>
        (await api.Services.GetRequiredService<JobLeases>().ClaimAsync(Guid.Parse(id), Worker, 1, Cancel))!.Value;
}
