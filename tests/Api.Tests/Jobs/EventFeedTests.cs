using System.Net.Http.Headers;
using ConcatService.Api.Jobs;
using ConcatService.Persistence.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Jobs;

/// <summary>Many streams at one time: what they cost the database, and where they end.</summary>
public sealed class EventFeedTests(EventFeedTests.Server server) : IClassFixture<EventFeedTests.Server>
{
    private const int MaxStreams = 60;

    private readonly ApiServer _api = server.Api;

    public sealed class Server(PostgresFixture postgres) : IAsyncLifetime
    {
        public ApiServer Api { get; } = new(postgres)
        {
            Settings = new Dictionary<string, string> { ["Service:MaxEventStreams"] = $"{MaxStreams}" },
        };

        public ValueTask InitializeAsync() => Api.InitializeAsync();

        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_query_feeds_all_streams_each_hears_everything_once_and_one_too_many_is_refused()
    {
        var job = (await _api.PostAsync("/v1/jobs", CreateJob.Example)).Json.GetProperty("id").GetString()!;
        using var client = _api.Client(_api.Key);
        var open = await Task.WhenAll(Enumerable.Range(0, MaxStreams).Select(_ => OpenAsync(client, job)));
        Assert.All(open, response => Assert.Equal(200, (int)response.StatusCode));
        using (var refused = await OpenAsync(client, job))
        {
            var answer = await Answer.OfAsync(refused);
            Assert.Equal((503, "service.streams", "2"), (answer.Status, answer.Code, answer.Headers["Retry-After"]));
        }

        var before = await TransactionsAsync();
        await Task.Delay(TimeSpan.FromSeconds(3), Cancel);
        Assert.InRange(await TransactionsAsync() - before, 0, 5 * MaxStreams); // a poll of each would have made 600

        Assert.Equal(200, (await _api.SendAsync(HttpMethod.Post, $"/v1/jobs/{job}/cancel")).Status);
        foreach (var response in open)
        {
            var text = await response.Content.ReadAsStringAsync(Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
            Assert.Equal(1, text.Split("id: 1\n").Length - 1);
            Assert.EndsWith("event: done\ndata: {}\n\n", text, StringComparison.Ordinal);
            response.Dispose();
        }

        for (var tries = 0; Feed.Streams > 0 && tries < 200; tries++)
            await Task.Delay(25, Cancel);
        Assert.Equal(0, Feed.Streams);
    }

    private EventFeed Feed => _api.Services.GetRequiredService<EventFeed>();

    private static async Task<HttpResponseMessage> OpenAsync(HttpClient client, string job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{job}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
    }

    private async Task<long> TransactionsAsync()
    {
        await using var command = _api.Database.Source.CreateCommand(
            "select xact_commit from pg_stat_database where datname = current_database()"
        );
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
