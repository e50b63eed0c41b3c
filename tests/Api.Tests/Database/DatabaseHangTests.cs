using System.Diagnostics;
using System.Text;
using ConcatService.Api.Access;
using ConcatService.Api.Database;
using ConcatService.Api.Tests.Inference;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace ConcatService.Api.Tests.Database;

/// <summary>A database that takes connections and answers nothing.</summary>
public sealed class DatabaseHangTests
{
    private const string Spec = """{ "inputs": { "x": { "shape": [4] } }, "layers": [ { "type": "linear", "out_features": 2 } ] }""";
    private const string Named = """{ "name": "kept", "inputs": { "x": { "shape": [4] } }, "layers": [ { "type": "relu" } ] }""";
    private const string Tensors =
        """{ "inputs": [ { "name": "image", "shape": [1, 1, 2, 2], "datatype": "FP32", "data": [0, 0, 0, 0] } ] }""";

    /// <summary>
    /// Several times what is promised (live at once, readiness in 2 s, others in 5 s), for a busy machine: what hangs takes for ever.
    /// </summary>
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10), OfAll = TimeSpan.FromSeconds(20), Back = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Loaded_models_go_on_and_everybody_else_is_told_soon()
    {
        await using var database = await FrozenDatabase.StartAsync();
        var api = database.Api;
        await SmallModels.PublishAsync(api, "small", SmallModels.Linear());
        using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{api.Port}") };
        Task<Answer> Infer() => SendAsync(http, "/v2/models/small/infer", api.Key, Tensors);
        Task<Answer> Validate() => SendAsync(http, "/v1/architectures/validate", api.Key, Spec);
        Task<Answer> Scrape() => SendAsync(http, "/metrics", api.AdminKey);
        Task<Answer> Get(string path) => SendAsync(http, path, api.Key);
        var well = await Task.WhenAll(Infer(), Validate(), Get("/v1/jobs"), Get("/health/ready"), Scrape());
        Assert.All(well, answer => Assert.Equal(200, answer.Status));

        await database.FreezeAsync();
        var frozen = Stopwatch.StartNew();
        var told = Task.WhenAll(
            AwayAsync(() => Get("/health/ready"), Short),
            AwayAsync(() => Get("/v1/jobs"), OfAll),
            AwayAsync(() => SendAsync(http, "/v1/jobs", KeyText.New()), OfAll),
            AwayAsync(() => SendAsync(http, "/v1/architectures", api.Key, Named), OfAll)
        );
        while (frozen.Elapsed < TimeSpan.FromSeconds(8))
        {
            Assert.Equal(200, (await WithinAsync(Infer, Short)).Status);
            Assert.Equal(200, (await WithinAsync(Validate, Short)).Status);
            Assert.Equal(200, (await WithinAsync(() => Get("/health/live"), Short)).Status);
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }

        await told;
        await AwayAsync(() => Get("/v1/jobs"), Short);
        await AwayAsync(() => Get("/health/ready"), Short);
        Assert.Contains("\nconcat_database_up 0\n", (await WithinAsync(Scrape, Short)).Body, StringComparison.Ordinal);

        await database.ThawAsync();
        var thawed = Stopwatch.StartNew();
        foreach (var call in new[] { () => Get("/v1/jobs"), () => Get("/health/ready"), Infer })
        {
            while ((await call()).Status != 200)
                Assert.True(thawed.Elapsed < Back, "The service did not recover.");
        }
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(-1, false)]
    public async Task What_is_known_serves_until_the_grace_is_over(int secondsLeft, bool serves)
    {
        var grace = TimeSpan.FromSeconds(10);
        using var watch = new DatabaseWatch("Host=none", grace, TimeProvider.System, NullLogger<DatabaseWatch>.Instance);
        Task<string> Read() =>
            watch.NewerAsync(
                _ => throw new NpgsqlException("away"),
                "known",
                grace - TimeSpan.FromSeconds(secondsLeft),
                TestContext.Current.CancellationToken
            );
        if (serves)
            Assert.Equal("known", await Read());
        else
            await Assert.ThrowsAsync<NpgsqlException>(Read);
    }

    private static async Task<Answer> SendAsync(HttpClient http, string path, string key, string? json = null)
    {
        using var request = new HttpRequestMessage(json is null ? HttpMethod.Get : HttpMethod.Post, path)
        {
            Content = json is null ? null : new StringContent(json, Encoding.UTF8, "application/json"),
        };
        request.Headers.Authorization = new("Bearer", key);
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return await Answer.OfAsync(response);
    }

    private static async Task AwayAsync(Func<Task<Answer>> call, TimeSpan limit)
    {
        var answer = await WithinAsync(call, limit);
        Assert.Equal((503, "database.unavailable", "2"), (answer.Status, answer.Code, answer.Headers["Retry-After"]));
    }

    private static async Task<Answer> WithinAsync(Func<Task<Answer>> call, TimeSpan limit)
    {
        var took = Stopwatch.StartNew();
        var answer = await call();
        Assert.True(took.Elapsed < limit, $"An answer of {answer.Status} took {took.Elapsed}: {answer.Body}");
        return answer;
    }
}
