// Jobs whose trainer, worker or PostgreSQL is killed with -9 at a random time, against an undisturbed one: --jobs N (20), --seed S (1).

using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;

const int Every = 1, Batch = 64, Epochs = 10;

// On its way to the database a checkpoint takes its time, and the last step that was told is up to half a second old.
const double OnItsWay = 1;

// Written at every step and every epoch. What is sampled in between follows the clock, and two runs differ in it.
string[] steady = ["train_", "epoch_", "validation_", "learning_rate", "samples_per_second"];
using var http = new HttpClient { BaseAddress = new(Variable("CONCAT_URL")), Timeout = TimeSpan.FromSeconds(30) };
http.DefaultRequestHeaders.Authorization = new("Bearer", Variable("CONCAT_KEY"));
var home =
    Environment.GetEnvironmentVariable("CONCAT_HOME")
    ?? Path.Combine(
        Environment.GetEnvironmentVariable("XDG_DATA_HOME") ?? Path.Combine(Environment.GetEnvironmentVariable("HOME")!, ".local/share"),
        "concat"
    );

// Small, so that twenty of them take minutes; with what is hardest to bring back: running statistics, dropout's random numbers, a momentum
// for each weight.
var spec = JsonNode.Parse("""
    {
      "name": "resume",
      "inputs": { "image": { "shape": [1, 28, 28] } },
      "layers": [
        { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": "same", "norm": "batch_norm",
          "activation": "relu" },
        { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": "same",
          "norm": "batch_norm", "activation": "relu" },
        { "name": "coarse", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2 },
        { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
        { "type": "global_avg_pool" },
        { "type": "dropout", "p": 0.2 },
        { "name": "logits", "type": "linear", "out_features": 10 }
      ]
    }
    """)!;
var (jobs, random) = (Option("--jobs", 20), new Random(Option("--seed", 1)));

var began = Stopwatch.GetTimestamp();
var calm = await EndAsync(await CreateAsync());
var duration = Stopwatch.GetElapsedTime(began);
var expected = await OutcomeAsync(calm);
var all = Stopwatch.StartNew();
Console.WriteLine(
    $"a small network with two branches on two-scale, {Epochs} epochs, batch {Batch}, one thread, checkpoint every {Every} s, "
        + $"{Environment.ProcessorCount} cores; undisturbed {duration.TotalSeconds:0.0} s, weights {expected.Weights[..12]}, "
        + $"{expected.Points} metrics"
);
var (faults, mostLost) = (0, 0.0);
for (var number = 1; number <= jobs; number++)
{
    var victim = new[] { "trainer", "worker", "postgres" }[number % 3];
    var id = (string)(await CreateAsync())["id"]!;
    await UntilAsync(id, job => job["attempts"]!.AsArray().Count > 0);
    await Task.Delay(duration * random.NextDouble());
    var before = await JobAsync(id);
    var process =
        victim == "trainer"
            ? (int)(await JobAsync(id))["attempts"]!.AsArray()[^1]!["process_id"]!
            : int.Parse((await File.ReadAllTextAsync(Path.Combine(home, "run", $"{victim}.child"))).Split()[0]);
    try
    {
        using var killed = Process.GetProcessById(process);
        killed.Kill();
    }
    catch (ArgumentException)
    {
        // The job was faster.
    }

    var job = await EndAsync(before);
    var outcome = await OutcomeAsync(job);
    var resumed =
        outcome.ResumedAt is { } step ? $"from step {step}"
        : job["attempts"]!.AsArray().Count > 1 ? "from the start"
        : "did not have to";
    var lost =
        job["attempts"]!.AsArray().Count > 1
            ? Math.Max(0, (long)before["progress"]!["step"]! - (outcome.ResumedAt ?? 0))
                * Batch
                / (double)job["progress"]!["samples_per_second"]!
            : 0;
    var same = outcome.Weights == expected.Weights && outcome.Points == expected.Points && outcome.Losses == expected.Losses;
    (faults, mostLost) = (faults + (same && lost <= Every + OnItsWay ? 0 : 1), Math.Max(mostLost, lost));
    Console.WriteLine(
        $"{number,3} {victim,-8} at step {(long)before["progress"]!["step"]!,4}: resumed {resumed}, {lost:0.0} s of work lost; "
            + (
                same
                    ? "same bits, same losses, no metric missing or double"
                    : $"DIFFERENT: {outcome.Weights[..12]}, {outcome.Points} points"
            )
    );
}

Console.WriteLine(
    $"{jobs - faults} of {jobs} as if undisturbed with at most {Every} s of work lost (and {OnItsWay} s on its way); most lost "
        + $"{mostLost:0.0} s; {all.Elapsed.TotalMinutes:0.0} minutes"
);
return faults == 0 ? 0 : 1;

Task<JsonNode> CreateAsync() => SendAsync(HttpMethod.Post, "/v1/jobs", new JsonObject
{
    ["architecture"] = spec.DeepClone(),
    ["dataset"] = "two-scale",
    ["settings"] = new JsonObject { ["epochs"] = Epochs, ["threads"] = 1, ["batch_size"] = Batch, ["checkpoint_every_seconds"] = Every },
}.ToJsonString());

Task<JsonNode> JobAsync(string id) => SendAsync(HttpMethod.Get, $"/v1/jobs/{id}");

async Task<JsonNode> UntilAsync(string id, Func<JsonNode, bool> condition)
{
    for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromMinutes(4); await Task.Delay(50))
    {
        var job = await JobAsync(id);
        if (condition(job))
            return job;
    }

    throw new TimeoutException($"Job {id} does not get on for 4 minutes: GET /v1/jobs/{id} tells where it is.");
}

async Task<JsonNode> EndAsync(JsonNode job)
{
    var ended = await UntilAsync((string)job["id"]!, now => (string)now["state"]! is "succeeded" or "failed" or "cancelled");
    return (string)ended["state"]! == "succeeded"
        ? ended
        : throw new InvalidOperationException($"Job {ended["id"]} ended as {ended["state"]}: {ended["error"]}");
}

async Task<(string Weights, int Points, string Losses, long? ResumedAt)> OutcomeAsync(JsonNode job)
{
    var series = (await SendAsync(HttpMethod.Get, $"/v1/jobs/{job["id"]}/metrics"))["series"]!.AsArray();
    var kept = series.Where(each => steady.Any(((string)each!["name"]!).StartsWith)).ToList();
    if (series.Any(each => each!["steps"]!.AsArray().Select(step => (long)step!).Distinct().Count() != each["steps"]!.AsArray().Count))
        throw new InvalidOperationException($"Job {job["id"]} has a metric twice.");
    var losses = kept.Where(each => ((string)each!["name"]!).Contains("loss"))
        .OrderBy(each => (string)each!["name"]!)
        .Select(each => each!.ToJsonString());
    var events = (await SendAsync(HttpMethod.Get, $"/v1/jobs/{job["id"]}/events?limit=100"))["data"]!.AsArray();
    var resumed = events.FirstOrDefault(each => (string)each!["type"]! == "resumed");
    return (
        (string)job["result"]!["weights_sha256"]!,
        kept.Sum(each => each!["steps"]!.AsArray().Count),
        string.Join('\n', losses),
        (long?)resumed?["data"]!["step"]
    );
}

// While PostgreSQL comes back there is no answer, or none that helps.
async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null)
{
    for (var tries = 0; ; tries++)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path)
            {
                Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
            };
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        }
        catch (HttpRequestException failure) when (tries < 100 && failure.StatusCode is null or >= HttpStatusCode.InternalServerError)
        {
            await Task.Delay(200);
        }
    }
}

int Option(string name, int otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? int.Parse(args[at + 1]) : otherwise;
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set. Run this by ./concat bench resume.");
