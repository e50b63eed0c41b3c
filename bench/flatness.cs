// Memory of a trainer over many steps, as the system counts it, in a job like any other: --steps N (10000), --precision
// auto|float32|bfloat16 (auto).

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

const int Batch = 64, Samples = 7200;                                           // of two-scale, after the validation split
using var http = new HttpClient { BaseAddress = new(Variable("CONCAT_URL")), Timeout = TimeSpan.FromSeconds(30) };
http.DefaultRequestHeaders.Authorization = new("Bearer", Variable("CONCAT_KEY"));
var (steps, precision) = (long.Parse(Option("--steps", "10000"), CultureInfo.InvariantCulture), Option("--precision", "auto"));

// Everything that lives as long as a training is on: an average, checkpoints every few seconds, evaluation, metrics of every step.
const string Spec = """
    { "name": "flatness", "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
        { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": "same", "norm": "batch_norm",
          "activation": "relu" },
        { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": "same" },
        { "name": "coarse", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2 },
        { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
        { "type": "global_avg_pool" }, { "type": "dropout", "p": 0.1 },
        { "name": "logits", "type": "linear", "out_features": 10 } ] }
    """;
var job = await SendAsync(HttpMethod.Post, "/v1/jobs", new JsonObject
{
    ["architecture"] = JsonNode.Parse(Spec),
    ["dataset"] = "two-scale",
    ["settings"] = new JsonObject
    {
        ["epochs"] = (steps + (Samples / Batch) - 1) / (Samples / Batch),
        ["batch_size"] = Batch,
        ["precision"] = precision,
        ["ema"] = new JsonObject(),
        ["augment"] = new JsonArray("flip"),
        ["checkpoint_every_seconds"] = 5,
    },
}.ToJsonString());
var (id, began) = ((string)job["id"]!, Stopwatch.GetTimestamp());
var seen = new List<(long Step, long Bytes)>();
for (; (string)job["state"]! is "queued" or "starting" or "running"; await Task.Delay(250))
{
    job = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}");
    if ((string)job["state"]! == "running" && Resident((int)job["attempts"]!.AsArray()[^1]!["process_id"]!) is { } bytes)
        seen.Add(((long)job["progress"]!["step"]!, bytes));
}

for (; (string)job["state"]! == "finalizing"; await Task.Delay(250))
    job = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}");
if ((string)job["state"]! != "succeeded")
{
    Console.WriteLine($"The job ended as {job["state"]}: {job["error"]?["message"]}");
    return 1;
}

Console.WriteLine(
    $"{job["progress"]!["step"]} steps of {Batch} samples in {Stopwatch.GetElapsedTime(began).TotalSeconds:0} s, "
        + $"{job["settings"]!["precision"]}, {Environment.ProcessorCount} cores; largest resident memory of the trainer"
);
var parts = seen.GroupBy(each => each.Step * 10 / steps)
    .Where(part => part.Key < 10)
    .Select(part => (Part: part.Key, Bytes: part.Max(each => each.Bytes)))
    .ToList();
foreach (var (part, bytes) in parts)
    Console.WriteLine(
        string.Create(CultureInfo.InvariantCulture, $"steps {part * steps / 10,6} to {(part + 1) * steps / 10,6}: {bytes / 1e6,7:N1} MB")
    );

// The first tenth has compilation, the first evaluation and the first checkpoint in it.
var growth = (double)parts[^1].Bytes / parts[1].Bytes - 1;
Console.WriteLine(
    string.Create(
        CultureInfo.InvariantCulture,
        $"from the second tenth to the last: {100 * growth:+0.0;-0.0} %; peak {(long)job["result"]!["peak_memory_bytes"]! / 1e6:N0} MB, "
            + $"predicted {(long)job["predicted_memory_bytes"]! / 1e6:N0} MB"
    )
);
return growth < 0.02 ? 0 : 1;

// proc(5): in KiB; null when the process is gone.
static long? Resident(int process)
{
    try
    {
        return 1024
            * long.Parse(
                File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))[
                    "VmRSS:".Length..^" kB".Length
                ],
                CultureInfo.InvariantCulture
            );
    }
    catch (Exception gone) when (gone is IOException or InvalidOperationException)
    {
        return null;
    }
}

async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null)
{
    using var request = new HttpRequestMessage(method, path)
    {
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
    };
    using var response = await http.SendAsync(request);
    var text = await response.Content.ReadAsStringAsync();
    return response.IsSuccessStatusCode
        ? JsonNode.Parse(text)!
        : throw new HttpRequestException($"{method} {path}: {(int)response.StatusCode} {text}");
}

string Option(string name, string otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set: run ./concat bench flatness.");
