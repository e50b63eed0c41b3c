using System.Net;
using System.Text.RegularExpressions;
using ConcatService.Api.Access;
using ConcatService.Api.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Operations;

/// <summary>GET /metrics: the form is Prometheus', and the numbers are those of what happened.</summary>
public sealed partial class MetricsTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Requests = "concat_http_requests_total", Duration = "concat_http_request_duration_seconds";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_counted_and_timed_by_template_method_and_status()
    {
        var before = await ScrapeAsync();
        var id = Guid.NewGuid();
        await api.GetAsync($"/v1/jobs/{id}");
        await api.GetAsync($"/v1/jobs/{Guid.NewGuid()}");
        await api.GetAsync("/v1/nothing/at/all");
        await api.GetAsync("/v1/keys");
        await api.PostAsync("/v1/architectures/validate", "{}");
        var after = await ScrapeAsync();

        Assert.Equal(2, Growth($"{Requests}{{route=\"/v1/jobs/{{id}}\",method=\"GET\",status=\"404\"}}"));
        Assert.Equal(1, Growth($"{Requests}{{route=\"unmatched\",method=\"GET\",status=\"404\"}}"));
        Assert.Equal(1, Growth($"{Requests}{{route=\"/v1/keys\",method=\"GET\",status=\"403\"}}"));
        Assert.Equal(1, Growth($"{Requests}{{route=\"/v1/architectures/validate\",method=\"POST\",status=\"200\"}}"));
        Assert.Equal(2, Growth($"{Duration}_count{{route=\"/v1/jobs/{{id}}\",method=\"GET\"}}"));
        Assert.Equal(2, Growth($"{Duration}_bucket{{route=\"/v1/jobs/{{id}}\",method=\"GET\",le=\"+Inf\"}}"));
        Assert.True(Growth($"{Duration}_sum{{route=\"/v1/jobs/{{id}}\",method=\"GET\"}}") > 0);
        Assert.DoesNotContain(after.Series.Keys, series => series.Contains(id.ToString(), StringComparison.Ordinal));

        double Growth(string series) => after.Series.GetValueOrDefault(series) - before.Series.GetValueOrDefault(series);
    }

    [Fact]
    public async Task A_failure_is_counted_by_the_route_that_failed_and_strange_methods_are_one()
    {
        var id = (await api.PostAsync("/v1/jobs", CreateJob.Example)).Json.GetProperty("id").GetString();
        await using var db = api.Database.Open();
        await db.Database.ExecuteSqlAsync($"alter table checkpoints rename to away", Cancel);
        Assert.Equal(500, (await api.GetAsync($"/v1/jobs/{id}/checkpoints")).Status);
        await db.Database.ExecuteSqlAsync($"alter table away rename to checkpoints", Cancel);
        await api.SendAsync(new HttpMethod("BREW"), "/v1/coffee");
        await api.SendAsync(new HttpMethod("STEEP"), "/v1/tea");

        var scraped = await ScrapeAsync();
        Assert.Equal(1, scraped.Series[$"{Requests}{{route=\"/v1/jobs/{{id}}/checkpoints\",method=\"GET\",status=\"500\"}}"]);
        var others = scraped.Series.Where(each => each.Key.Contains("method=\"other\",status", StringComparison.Ordinal)).ToList();
        Assert.Equal(2, others.Sum(each => each.Value));
    }

    [Fact]
    public async Task Queues_pools_disks_and_budgets_are_told()
    {
        await api.PostAsync("/v1/jobs", CreateJob.Example);
        await using (var db = api.Database.Open())
            await db.Database.ExecuteSqlAsync($"update jobs set queued_at = now() - interval '90 seconds'", Cancel);
        var series = (await ScrapeAsync()).Series;
        Assert.True(series["concat_queue_jobs{team=\"ours\",queue=\"c-normal\"}"] >= 1);
        Assert.InRange(series["concat_queue_oldest_wait_seconds{team=\"ours\",queue=\"c-normal\"}"], 90, 600);
        Assert.InRange(series["concat_queue_oldest_seconds"], 90, 600);
        Assert.Equal(1, series[$"concat_team_info{{team_id=\"{api.TeamId()}\",team=\"ours\"}}"]);
        Assert.Equal(1, series["concat_database_up"]);
        Assert.True(series["concat_database_size_bytes"] > 1_000_000);
        Assert.InRange(series["concat_database_connections"], 1, series["concat_database_connections_limit"]);
        var open = series["concat_database_pool_connections{pool=\"requests\",state=\"idle\"}"]
            + series["concat_database_pool_connections{pool=\"requests\",state=\"busy\"}"];
        Assert.InRange(open, 1, series["concat_database_pool_connections_limit{pool=\"requests\"}"]);
        Assert.Equal(0, series["concat_database_pool_waiting{pool=\"requests\"}"]);
        Assert.InRange(series["concat_temporary_free_bytes"], 1, series["concat_temporary_size_bytes"]);
        Assert.InRange(series["concat_memory_budget_used_bytes"], 0, series["concat_memory_budget_bytes"]);
        Assert.Equal(0, series["concat_event_streams"]);
        Assert.Equal(2000, series["concat_event_streams_limit"]);
        Assert.InRange(
            series["process_start_time_seconds"],
            DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds(),
            DateTimeOffset.UtcNow.ToUnixTimeSeconds()
        );
    }

    [Fact]
    public async Task An_open_event_stream_is_counted_as_one_and_not_timed()
    {
        var id = (await api.PostAsync("/v1/jobs", CreateJob.Example)).Json.GetProperty("id").GetString();
        var timed = $"{Duration}_count{{route=\"/v1/jobs/{{id}}/events\",method=\"GET\"}}";
        using (var client = api.Client(api.Key))
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}/events");
            ask.Headers.Add("Accept", "text/event-stream");
            using var stream = await client.SendAsync(ask, HttpCompletionOption.ResponseHeadersRead, Cancel);
            Assert.Equal(HttpStatusCode.OK, stream.StatusCode);
            Assert.Equal(1, (await ScrapeAsync()).Series["concat_event_streams"]);
        }

        for (var tries = 0; (await ScrapeAsync()).Series["concat_event_streams"] > 0; tries++)
        {
            Assert.True(tries < 100, "the stream is still counted");
            await Task.Delay(50, Cancel);
        }

        Assert.Equal(0, (await ScrapeAsync()).Series.GetValueOrDefault(timed));
    }

    [Fact]
    public async Task Every_metric_that_the_operations_page_names_is_there()
    {
        var families = (await ScrapeAsync()).Families;
        var page = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "operations.md"), Cancel);
        var named = Named().Matches(page).Select(name => name.Value.Replace("_bucket", "", StringComparison.Ordinal)).Distinct().ToList();
        Assert.True(named.Count > 20);
        Assert.Equal(["concat_restored"], named.Except(families));              // a database
    }

    [GeneratedRegex(@"\b(concat|process)_[a-z_]+\b")]
    private static partial Regex Named();

    [Theory]
    [InlineData("# TYPE a gauge\na 1\n", "HELP")]
    [InlineData("# HELP a Text.\n# TYPE a counter\na 1\n", "_total")]
    [InlineData("# HELP a Text.\n# TYPE a gauge\na 1\na 2\n", "once")]
    [InlineData("# HELP a Text.\n# TYPE a gauge\na{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 1\n", "once")]
    [InlineData("# HELP a Text.\n# TYPE a gauge\nb 1\n", "follows")]
    [InlineData("# HELP a_ms Text.\n# TYPE a_ms gauge\na_ms 1\n", "units")]
    [InlineData("# HELP a Text.\n# TYPE a gauge\na{x=\"\\t\"} 1\n", "Not a line")]
    [InlineData("# HELP a Text.\n# TYPE a histogram\na_bucket{le=\"1\"} 1\na_sum 1\na_count 1\n", "+Inf")]
    public void The_reader_refuses_what_Prometheus_would(string text, string rule) =>
        Assert.Contains(rule, Assert.Throws<FormatException>(() => Exposition.Parse(text)).Message, StringComparison.Ordinal);

    private async Task<Exposition> ScrapeAsync()
    {
        var answer = await api.GetAsync("/metrics", await api.MakeKeyAsync("watchers", Scopes.Metrics));
        Assert.Equal((200, "text/plain; version=0.0.4; charset=utf-8"), (answer.Status, answer.Headers["Content-Type"]));
        return Exposition.Parse(answer.Body);
    }
}
