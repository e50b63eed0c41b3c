// Time from the 202 of a small job to its claim and to its first training step, on an idle worker: p50 and p99 over 30 jobs.

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

// The aim: claimed within 25 ms and at its first step within 250 ms at p50, with the warm spare.
const int Jobs = 30;
using var http = new HttpClient { BaseAddress = new(Variable("CONCAT_URL")), Timeout = TimeSpan.FromSeconds(30) };
http.DefaultRequestHeaders.Authorization = new("Bearer", Variable("CONCAT_KEY"));
var spec = """
    {
      "name": "pickup",
      "inputs": { "image": { "shape": [1, 28, 28] } },
      "layers": [
        { "type": "conv2d", "out_channels": 8, "kernel_size": 5, "stride": 4, "activation": "relu" },
        { "type": "global_avg_pool" },
        { "type": "linear", "out_features": 10 }
      ]
    }
    """;
var body = $$"""{ "architecture": {{spec}}, "dataset": "two-scale", "settings": { "epochs": 1 } }""";

List<double> claimed = [], stepped = [];
for (var i = 0; i < Jobs; i++)
{
    await UntilIdleAsync();
    using var answer = await http.PostAsync("/v1/jobs", new StringContent(body, Encoding.UTF8, "application/json"));
    var accepted = DateTimeOffset.UtcNow;
    answer.EnsureSuccessStatusCode();
    var id = (string)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["id"]!;
    await UntilDoneAsync(id);
    // The events carry the database's clock, which on one machine is this process's clock too.
    var states = (await GetAsync($"/v1/jobs/{id}/events?limit=100"))["data"]!.AsArray().Where(each => (string?)each!["type"] == "state")
        .ToLookup(each => (string)each!["data"]!["to"]!, each => (DateTimeOffset)each!["at"]!);
    claimed.Add((states["starting"].Min() - accepted).TotalMilliseconds);
    stepped.Add((states["running"].Min() - accepted).TotalMilliseconds);
}

Console.WriteLine($"{Jobs} jobs one after another, worker idle with a warm spare, {Environment.ProcessorCount} cores");
Console.WriteLine($"claimed        p50 {Percentile(claimed, 50),7:F1} ms   p99 {Percentile(claimed, 99),7:F1} ms");
Console.WriteLine($"first step     p50 {Percentile(stepped, 50),7:F1} ms   p99 {Percentile(stepped, 99),7:F1} ms");

async Task UntilIdleAsync()
{
    for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(100))
        if (
            (await GetAsync("/v1/workers"))["data"]!
                .AsArray()
                .Any(worker => (bool)worker!["alive"]! && (bool)worker["spare_ready"]! && !(bool)worker["busy"]!)
        )
            return;
    throw new TimeoutException("No worker was idle with a warm spare for 60 s. See ./concat status and ./concat logs worker.");
}

async Task UntilDoneAsync(string id)
{
    for (var watch = Stopwatch.StartNew(); watch.Elapsed < TimeSpan.FromSeconds(120); await Task.Delay(100))
        switch ((string)(await GetAsync($"/v1/jobs/{id}"))["state"]!)
        {
            case "succeeded":
                return;
            case "failed" or "cancelled":
                throw new InvalidOperationException($"Job {id} did not succeed: GET /v1/jobs/{id} tells why.");
        }

    throw new TimeoutException($"Job {id} has not ended for 120 s.");
}

async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetStringAsync(path))!;

// The nearest rank: the smallest value that at least this share of all values does not exceed.
static double Percentile(List<double> values, double percent) =>
    values.Order().ElementAt((int)Math.Ceiling(values.Count * percent / 100) - 1);

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException(
        string.Create(CultureInfo.InvariantCulture, $"{name} is not set; ./concat bench pickup sets it.")
    );
