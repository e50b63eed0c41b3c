using ConcatService.Api.Tests.Inference.Protocol;
using ConcatService.Persistence.Tests;

namespace ConcatService.Api.Tests.Inference;

/// <summary>What is computed together, and who waits. A delay of a second makes sure that requests meet.</summary>
public sealed class BatchingTests(PostgresFixture postgres) : IAsyncLifetime
{
    private const string Infer = "/v2/models/echo/infer";

    private readonly ApiServer _api = new(postgres)
    {
        Settings = new Dictionary<string, string>
        {
            ["Inference:Batching"] = "on",
            ["Inference:MaxBatch"] = "8",
            ["Inference:BatchDelayMilliseconds"] = "1000",
            ["Inference:QueueLimit"] = "20",
        },
    };

    public async ValueTask InitializeAsync()
    {
        await _api.InitializeAsync();
        await WireModels.PublishEchoAsync(_api, "echo", [new("x", "FP32", [-1, 3])], ["y"]);
    }

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Requests_that_meet_are_computed_together_and_everyone_gets_their_own_rows()
    {
        var answers = await Task.WhenAll(Enumerable.Range(1, 5).Select(samples => InferAsync(samples)));
        foreach (var (index, answer) in answers.Index())
            Assert.Equal(
                Enumerable.Repeat(index + 1, 3 * (index + 1)),
                answer.Json.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(each => each.GetInt32())
            );
        // 1 + 2 + 3 + 4 + 5 samples, in whatever order they come, make fewer runs than requests, and none over the limit.
        var stats = (await _api.GetAsync("/v2/models/echo/stats")).Json.GetProperty("model_stats")[0];
        Assert.InRange(stats.GetProperty("execution_count").GetInt32(), 2, 4);
        Assert.All(
            stats.GetProperty("batch_stats").EnumerateArray(),
            batch => Assert.InRange(batch.GetProperty("batch_size").GetInt32(), 1, 8)
        );
    }

    [Fact]
    public async Task When_too_many_wait_the_next_is_a_503_that_says_when_to_come_back()
    {
        var refused = (await Task.WhenAll(Enumerable.Range(0, 60).Select(_ => InferAsync(8))))
            .Where(answer => answer.Status != 200)
            .ToList();
        Assert.NotEmpty(refused);
        foreach (var answer in refused)
            Assert.Equal(
                (503, "inference.busy", "2", true),
                (answer.Status, answer.Code, answer.Headers["Retry-After"], answer.Json.TryGetProperty("error", out _))
            );
    }

    [Fact]
    public async Task A_caller_who_leaves_the_line_is_not_computed()
    {
        await InferAsync(1);                                        // so that the model is loaded
        using var leave = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        using var client = _api.Client(_api.Key);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PostAsync(Infer, new StringContent(Body(1)), leave.Token));
        var labels = $"{{team_id=\"{_api.TeamId()}\",model=\"echo\",version=\"1\",reason=\"CANCELED\"}}";
        for (
            var i = 0;
            !(await _api.GetAsync("/metrics", _api.AdminKey)).Body.Contains(
                $"concat_inference_request_failure_total{labels} 1\n",
                StringComparison.Ordinal
            );
            i++
        )
            Assert.True(i < 100, "The cancelled request was not counted.");
    }

    private Task<Answer> InferAsync(int samples) => _api.PostAsync(Infer, Body(samples));

    private static string Body(int samples) =>
        $$"""
        { "inputs": [ { "name": "x", "shape": [{{samples}}, 3], "datatype": "FP32",
          "data": [{{string.Join(", ", Enumerable.Repeat(samples, 3 * samples))}}] } ] }
        """;
}
