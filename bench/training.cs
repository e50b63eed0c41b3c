// Samples per second of the demo's network in training, for each precision on one thread and on all cores.

using System.Text;
using System.Text.Json.Nodes;

using var http = new HttpClient { BaseAddress = new(Variable("CONCAT_URL")), Timeout = TimeSpan.FromSeconds(30) };
http.DefaultRequestHeaders.Authorization = new("Bearer", Variable("CONCAT_KEY"));
var refused = await File.ReadAllTextAsync("samples/two-branches-refused.json");
var spec = (await SendAsync(HttpMethod.Post, "/v1/architectures/repair", refused))["spec"]!;

Console.WriteLine($"two-branches on two-scale, batch 128, 4 epochs, {Environment.ProcessorCount} cores");
foreach (var precision in new[] { "bfloat16", "float32" })
{
    foreach (var threads in new[] { 1, Environment.ProcessorCount })
    {
        var job = new JsonObject
        {
            ["architecture"] = spec.DeepClone(),
            ["dataset"] = "two-scale",
            ["settings"] = new JsonObject { ["epochs"] = 4, ["precision"] = precision, ["threads"] = threads },
        };
        var result = await ResultAsync((string)(await SendAsync(HttpMethod.Post, "/v1/jobs", job.ToJsonString()))["id"]!);
        Console.WriteLine($"{precision,-8} {threads,2} threads {(double)result["samples_per_second"]!,8:N0} samples/s, accuracy {(double)result["test_accuracy"]!:0.000}");
    }
}

async Task<JsonNode> ResultAsync(string id)
{
    for (; ; await Task.Delay(200))
    {
        var job = await SendAsync(HttpMethod.Get, $"/v1/jobs/{id}");
        if ((string)job["state"]! is "succeeded")
            return job["result"]!;
        if ((string)job["state"]! is "failed" or "cancelled")
            throw new InvalidOperationException($"Job {id} ended as {job["state"]}: {job["error"]}");
    }
}

async Task<JsonNode> SendAsync(HttpMethod method, string path, string? body = null)
{
    using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
    using var answer = await http.SendAsync(request);
    answer.EnsureSuccessStatusCode();
    return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
}

static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set. Run this by ./concat bench training.");
