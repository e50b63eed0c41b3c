using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace ConcatService.Chaos;

/// <summary>A team at work. It notes what it was promised, and is never told of a fault.</summary>
/// <param name="run">Part of every name, so that runs on one instance do not meet.</param>
public sealed class Callers(Service service, string run, JsonNode spec)
{
    private static readonly JsonNode Settings = JsonNode.Parse(
        """{ "epochs": 4, "threads": 1, "batch_size": 64, "checkpoint_every_seconds": 1 }"""
    )!;

    private int _number;

    /// <summary>Jobs that were accepted, by their names.</summary>
    public ConcurrentDictionary<string, string> Accepted { get; } = [];

    /// <summary>What a caller saw that no fault excuses.</summary>
    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>Calls of the model: right answers, and those that had to be made again.</summary>
    public (int Right, int Again) Predictions => (_right, _again);

    /// <summary>Events that were read from streams.</summary>
    public int Events => _events;

    private int _right, _again, _events;

    /// <summary>A job, asked for until it is accepted: with a key, so that a lost answer makes no second one.</summary>
    public async Task<string> StartAsync(CancellationToken cancel)
    {
        var name = $"{run}-{Interlocked.Increment(ref _number)}";
        var body = new JsonObject
        {
            ["name"] = name,
            ["architecture"] = spec.DeepClone(),
            ["dataset"] = "two-scale",
            ["settings"] = Settings.DeepClone(),
            ["model_name"] = run,
        };
        var job = await service.AskAsync(HttpMethod.Post, "/v1/jobs", body, name, cancel);
        return Accepted[name] = (string)job["id"]!;
    }

    public async Task<JsonNode> EndOfAsync(string id, CancellationToken cancel)
    {
        while (true)
        {
            var job = await service.AskAsync(HttpMethod.Get, $"/v1/jobs/{id}", null, null, cancel);
            if ((string)job["state"]! is "succeeded" or "failed" or "cancelled")
                return job;
            await Task.Delay(250, cancel);
        }
    }

    /// <summary>So many jobs at a time, one after another, each followed by its stream.</summary>
    public Task WorkAsync(int parallel, CancellationToken cancel) =>
        Task.WhenAll(
            Enumerable
                .Range(0, parallel)
                .Select(async _ =>
                {
                    while (!cancel.IsCancellationRequested)
                    {
                        // Accepted is accepted: what was begun is seen to its end, also behind the last fault.
                        var id = await StartAsync(CancellationToken.None);
                        await Task.WhenAll(EndOfAsync(id, CancellationToken.None), FollowAsync(id));
                    }
                })
        );

    /// <summary>Asks the model the same thing over and over; each answer has to have the same bits.</summary>
    public async Task PredictAsync(string model, CancellationToken cancel)
    {
        var question = new JsonObject
        {
            ["inputs"] = new JsonArray(
                new JsonObject
                {
                    ["name"] = "image",
                    ["shape"] = new JsonArray(1, 1, 28, 28),
                    ["datatype"] = "FP32",
                    ["data"] = new JsonArray([.. Enumerable.Range(0, 784).Select(i => (JsonNode)(i % 17 / 17f))]),
                }
            ),
        };
        string? expected = null;
        while (!cancel.IsCancellationRequested)
        {
            var path = $"/v2/models/{model}/versions/1/infer";
            var answer = await service.TryAsync(HttpMethod.Post, path, question, null, CancellationToken.None);
            if (answer is not { Status: HttpStatusCode.OK } said)
            {
                _again++;
                if (answer is { Status: not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) } refused)
                    Complaints.Enqueue($"a prediction is a {(int)refused.Status}: {refused.Text}");
                await Task.Delay(100, CancellationToken.None);
                continue;
            }

            var scores = JsonNode.Parse(said.Text)!["outputs"]![0]!["data"]!.ToJsonString();
            expected ??= scores;
            if (scores != expected)
                Complaints.Enqueue($"a prediction has other bits: {scores} and not {expected}");
            _right++;
            await Task.Delay(20, CancellationToken.None);
        }
    }

    // Every event once, in order, however often the stream breaks.
    private async Task FollowAsync(string id)
    {
        var last = 0L;
        for (var isEnded = false; !isEnded; await Task.Delay(100))
        {
            isEnded = (string)(await service.AskAsync(HttpMethod.Get, $"/v1/jobs/{id}", null, null, CancellationToken.None))["state"]!
                is "succeeded" or "failed" or "cancelled";
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(isEnded ? 3 : 20));
            try
            {
                await foreach (var line in service.FollowAsync($"/v1/jobs/{id}/events", last, patience.Token))
                {
                    if (!line.StartsWith("id:", StringComparison.Ordinal))
                        continue;
                    var sequence = long.Parse(line[3..], CultureInfo.InvariantCulture);
                    if (sequence != last + 1)
                        Complaints.Enqueue($"job {id}: event {sequence} comes after {last}");
                    last = sequence;
                    Interlocked.Increment(ref _events);
                }
            }
            catch (Exception broken) when (broken is OperationCanceledException or HttpRequestException or IOException)
            {
                // The stream broke, or nothing came for long: from the last event on.
            }
        }
    }
}
