using ConcatService.Api.Tests;
using ConcatService.Persistence.Tests;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Worker.Tests.Supervision;

/// <summary>One trace goes from the request to the published version, through three processes; without a receiver there is none.</summary>
[TestClass(DisableParallelization = true)]
public sealed class TracingTests(PostgresFixture postgres)
{
    private const string Spec = """
        { "name": "traced", "inputs": { "x": { "shape": [10] } }, "layers": [ { "name": "y", "type": "linear", "out_features": 1 } ] }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_request_the_attempt_the_training_and_the_version_are_one_trace()
    {
        using var receiver = new OtlpReceiver();
        string[] settings =
            [$"OTEL_EXPORTER_OTLP_ENDPOINT={receiver.Address}", "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "OTEL_BSP_SCHEDULE_DELAY=200"];
        await using var api = new ApiServer(postgres)
        {
            Settings = settings.Select(setting => setting.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]),
        };
        await api.InitializeAsync();
        string id;
        const string Told = "Logging__LogLevel__ConcatService.Worker.Supervision.Supervisor=Information";
        settings = [.. settings, "Worker__UntilIdleSeconds=5", Told];
        await using (var worker = WorkerProcess.StartReal(api.Database.ConnectionString, settings: settings))
        {
            id = await PostAsync(api);
            Assert.Equal(0, await worker.EndAsync(Cancel));                     // and has sent what it had
        }

        await using var db = api.Database.Open();
        var job = await db.Jobs.AsNoTracking().SingleAsync(job => job.Id == Guid.Parse(id), Cancel);
        Assert.Equal("Succeeded", $"{job.State}");

        var trace = job.Traceparent!.Split('-')[1];
        await WorkerTest.EventuallyAsync(
            () => Task.FromResult(receiver.Spans.Any(span => span.Trace == trace && span.Parent == "")),
            $"the request is told; so far: {string.Join(", ", receiver.Spans)}"
        );
        var spans = receiver.Spans.Where(span => span.Trace == trace).ToDictionary(span => span.Name.TrimEnd('/'));
        Assert.Equal(["POST /v1/jobs", "attempt", "publish", "train"], spans.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(spans["POST /v1/jobs"].Id, spans["attempt"].Parent);
        Assert.Equal(spans["attempt"].Id, spans["train"].Parent);
        Assert.Equal(spans["train"].Id, spans["publish"].Parent);
        Assert.DoesNotContain(receiver.Spans, span => span.Name.Contains("/health", StringComparison.Ordinal));
        Assert.Contains(trace, receiver.Logs);                                  // the attempt begins, and ends
        Assert.Contains("dotnet.gc.collections", receiver.Metrics.Keys);        // the worker's, at its end
    }

    [Fact]
    public async Task Without_a_receiver_nothing_is_made_and_the_job_has_its_trace_all_the_same()
    {
        await using var api = new ApiServer(postgres);
        await api.InitializeAsync();
        Assert.Null(api.Services.GetService(typeof(OpenTelemetry.Trace.TracerProvider)));
        var id = await PostAsync(api);
        await using var db = api.Database.Open();
        var job = await db.Jobs.SingleAsync(job => job.Id == Guid.Parse(id), Cancel);
        Assert.Matches("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$", job.Traceparent);
    }

    private static async Task<string> PostAsync(ApiServer api)
    {
        var answer = await api.PostAsync(
            "/v1/jobs",
            $$"""{ "architecture": {{Spec}}, "dataset": "tabular", "settings": { "epochs": 1 } }"""
        );
        Assert.True(answer.Status == 202, answer.Body);
        return answer.Json.GetProperty("id").GetString()!;
    }
}
