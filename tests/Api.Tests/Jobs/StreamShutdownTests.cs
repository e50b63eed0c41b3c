using System.Net.Http.Headers;
using ConcatService.Api.Access;
using ConcatService.Api.Jobs;
using ConcatService.Api.Tests.Hosting;
using ConcatService.Persistence.Tests;

namespace ConcatService.Api.Tests.Jobs;

/// <summary>What listeners see when the process that they listen to is stopped.</summary>
public sealed class StreamShutdownTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_streams_end_with_a_reason_and_the_process_ends_at_once()
    {
        await using var db = database.Open();
        var (key, _) = await KeyMaker.MakeAsync(db, "ours", "test", [Scopes.JobsRead, Scopes.JobsWrite], null, Cancel);
        await using var api = await ApiProcess.StartAsync(database.ConnectionString, key);
        using var body = new StringContent(CreateJob.Example, new MediaTypeHeaderValue("application/json"));
        var job = (await Answer.OfAsync(await api.Http.PostAsync("/v1/jobs", body, Cancel))).Json.GetProperty("id").GetString()!;
        var streams = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => ListenAsync(api.Http, job)));

        var (code, time) = await api.StopAsync();
        Assert.Equal(0, code);
        Assert.InRange(time, TimeSpan.Zero, TimeSpan.FromSeconds(20));          // the host would wait for 30 s
        foreach (var stream in streams)
        {
            var rest = await stream.ReadToEndAsync(Cancel);                     // a connection that is cut throws here
            Assert.EndsWith(": this process stops; come back with Last-Event-ID\n\n", rest, StringComparison.Ordinal);
            stream.Dispose();
        }
    }

    /// <summary>A stream that is open: its first comment has come.</summary>
    private static async Task<StreamReader> ListenAsync(HttpClient http, string job)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{job}/events");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancel);
        Assert.Equal(200, (int)response.StatusCode);
        var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Cancel));
        Assert.Equal($": the events of job {job}", await reader.ReadLineAsync(Cancel));
        return reader;
    }
}
