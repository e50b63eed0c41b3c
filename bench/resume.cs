// Jobs whose trainer, worker or PostgreSQL is killed with -9 at a random time, against an undisturbed one: --jobs N (20), --seed S (1).

using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

const int Every = 2, Batch = 128;
using var http = new HttpClient { BaseAddress = new(Variable("CONCAT_URL")), Timeout = TimeSpan.FromSeconds(30) };
http.DefaultRequestHeaders.Authorization = new("Bearer", Variable("CONCAT_KEY"));
var home = Environment.GetEnvironmentVariable("CONCAT_HOME") ?? Path.Combine(
    Environment.GetEnvironmentVariable("XDG_DATA_HOME") ?? Path.Combine(Environment.GetEnvironmentVariable("HOME")!, ".local/share"), "concat");
var spec = JsonNode.Parse(await File.ReadAllTextAsync("samples/two-branch.json"))!;
var (jobs, random) = (Option("--jobs", 20), new Random(Option("--seed", 1)));

var began = Stopwatch.GetTimestamp();
var calm = await EndAsync(await CreateAsync());
var duration = Stopwatch.GetElapsedTime(began);
var expected = await OutcomeAsync(calm);
Console.WriteLine($"two-branch on two-scale, 4 epochs, one thread, checkpoint every {Every} s, {Environment.ProcessorCount} cores; undisturbed {duration.TotalSeconds:0.0} s, weights {expected.Weights[..12]}, {expected.Points} metrics");
var (faults, mostLost) = (0, 0.0);
for (var number = 1; number <= jobs; number++)
{
    var victim = new[] { "trainer", "worker", "postgres" }[number % 3];
    var id = (string)(await CreateAsync())["id"]!;
    await UntilAsync(id, job => job["attempts"]!.AsArray().Count > 0);
    await Task.Delay(duration * random.NextDouble());
    var before = await JobAsync(id);
    var process = victim == "trainer" ? (int)(await JobAsync(id))["attempts"]!.AsArray()[^1]!["process_id"]! : int.Parse((await File.ReadAllTextAsync(Path.Combine(home, "run", $"{victim}.child"))).Split()[0]);
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
    var resumed = outcome.ResumedAt is { } step ? $"from step {step}" : job["attempts"]!.AsArray().Count > 1 ? "from the start" : "did not have to";
    var lost = job["attempts"]!.AsArray().Count > 1 ? Math.Max(0, (long)before["progress"]!["step"]! - (outcome.ResumedAt ?? 0)) * Batch / (double)job["progress"]!["samples_per_second"]! : 0;
    var same = outcome.Weights == expected.Weights && outcome.Points == expected.Points && outcome.Losses == expected.Losses;
    (faults, mostLost) = (faults + (same ? 0 : 1), Math.Max(mostLost, lost));
    Console.WriteLine($"{number,3} {victim,-8} at step {(long)before["progress"]!["step"]!,4}: resumed {resumed}, {lost:0.0} s of work lost; {(same ? "same bits, same losses, no metric missing or double" : $"DIFFERENT: {outcome.Weights[..12]}, {outcome.Points} metrics")}");
}

Console.WriteLine($"{jobs - faults} of {jobs} as if undisturbed; most work lost {mostLost:0.0} s");
return faults == 0 ? 0 : 1;

Task<JsonNode> CreateAsync() => SendAsync(HttpMethod.Post, "/v1/jobs", new JsonObject
{
    ["architecture"] = spec.DeepClone(),
    ["dataset"] = "two-scale",
    ["settings"] = new JsonObject { ["epochs"] = 4, ["threads"] = 1, ["batch_size"] = Batch, ["checkpoint_every_seconds"] = Every },
}.ToJsonString());

Task<JsonNode> JobAsync(string id) => SendAsync(HttpMethod.Get, $"/v1/jobs/{id}");

async Task<JsonNode> UntilAsync(string id, Func<JsonNode, bool> condition)
{
    for (; ; await Task.Delay(50))
    {
        var job = await JobAsync(id);
        if (condition(job))
            return job;
    }
}

async Task<JsonNode> EndAsync(JsonNode job)
{
    var ended = await UntilAsync((string)job["id"]!, now => (string)now["state"]! is "succeeded" or "failed" or "cancelled");
    return (string)ended["state"]! == "succeeded" ? ended : throw new InvalidOperationException($"Job {ended["id"]} ended as {ended["state"]}: {ended["error"]}");
}

async Task<(string Weights, int Points, string Losses, long? ResumedAt)> OutcomeAsync(JsonNode job)
{
    var series = (await SendAsync(HttpMethod.Get, $"/v1/jobs/{job["id"]}/metrics"))["series"]!.AsArray();
    var losses = series.Where(each => ((string)each!["name"]!).Contains("loss")).OrderBy(each => (string)each!["name"]!).Select(each => each!.ToJsonString());
    var events = (await SendAsync(HttpMethod.Get, $"/v1/jobs/{job["id"]}/events?limit=100"))["data"]!.AsArray();
    var resumed = events.FirstOrDefault(each => (string)each!["type"]! == "resumed");
    return ((string)job["result"]!["weights_sha256"]!, series.Sum(each => each!["steps"]!.AsArray().Count), string.Join('\n', losses), (long?)resumed?["data"]!["step"]);
}

// While PostgreSQL comes back there is no answer, or none that helps.
async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null)
{
    for (var tries = 0; ; tries++)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
            using var answer = await http.SendAsync(request);
            answer.EnsureSuccessStatusCode();
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        }
        catch (HttpRequestException) when (tries < 100)
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

static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set. Run this by ./concat bench resume.");
