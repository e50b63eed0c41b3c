using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
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

    /// <summary>Data sets that came back as they were sent, and files of the model.</summary>
    public int Uploads { get; private set; }

    public int Downloads { get; private set; }

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

    /// <summary>
    /// Sends data sets, one after another, until each is there; looks whether it is what was sent, and deletes it. A lost answer is asked
    /// for again: what is there already is found by its content.
    /// </summary>
    public async Task UploadAsync(CancellationToken cancel)
    {
        for (var number = 1; !cancel.IsCancellationRequested; number++)
        {
            var name = $"{run}-data";
            var table = Table(number);
            var kept = await service.AskAsync(HttpMethod.Post, "/v1/datasets", () => Form(name, table), CancellationToken.None);
            var found = await service.AskAsync(HttpMethod.Get, $"/v1/datasets/{kept["reference"]}", null, null, CancellationToken.None);
            var samples = (long)found["train_samples"]! + (long)found["test_samples"]!;
            if (samples != Samples || (string?)found["sha256"] != (string?)kept["sha256"])
                Complaints.Enqueue($"data set {number} has {samples} samples and the hash {found["sha256"]}, not {kept["sha256"]}");
            await service.GoneAsync($"/v1/datasets/{kept["reference"]}", CancellationToken.None);
            Uploads++;
            await Task.Delay(200, CancellationToken.None);
        }
    }

    /// <summary>Fetches the model's file again and again: whole, and with the bytes that it had.</summary>
    public async Task DownloadAsync(string model, CancellationToken cancel)
    {
        string? expected = null;
        while (!cancel.IsCancellationRequested)
        {
            if (await service.TryDownloadAsync($"/v1/models/{model}/versions/1/onnx", CancellationToken.None) is { } file)
            {
                var hash = Convert.ToHexStringLower(SHA256.HashData(file));
                expected ??= hash;
                if (hash != expected)
                    Complaints.Enqueue($"a download of {file.Length} bytes has the hash {hash} and not {expected}");
                Downloads++;
            }

            await Task.Delay(200, CancellationToken.None);
        }
    }

    private const int Samples = 20_000;

    private static byte[] Table(int number)
    {
        var text = new StringBuilder("x,y,label\n");
        for (var row = 0; row < Samples; row++)
            text.Append(CultureInfo.InvariantCulture, $"{number}.{row % 97},{row % 31},{row % 2}\n");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static MultipartFormDataContent Form(string name, byte[] table) =>
        new() { { new StringContent(name), "name" }, { new ByteArrayContent(table), "file", "table.csv" } };

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
