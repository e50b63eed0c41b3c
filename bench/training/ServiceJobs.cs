using System.Text;
using System.Text.Json.Nodes;

namespace ConcatService.TrainingBench;

/// <summary>Jobs of a running service, one after another.</summary>
public sealed class ServiceJobs(HttpClient http)
{
    /// <summary>Of the service that <c>./concat bench</c> has started.</summary>
    public static ServiceJobs FromEnvironment()
    {
        var http = new HttpClient { BaseAddress = new(Variable("CONCAT_URL")), Timeout = TimeSpan.FromSeconds(30) };
        http.DefaultRequestHeaders.Authorization = new("Bearer", Variable("CONCAT_KEY"));
        return new(http);
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetStringAsync(path))!;

    /// <summary>Trains on Fashion-MNIST, or another data set, to the end; returns the job.</summary>
    public async Task<JsonNode> TrainAsync(JsonNode spec, JsonNode settings, string dataset = "fashion-mnist")
    {
        var body = new JsonObject { ["architecture"] = spec.DeepClone(), ["dataset"] = dataset, ["settings"] = settings.DeepClone() };
        using var answer = await http.PostAsync("/v1/jobs", new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json"));
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"The job was refused: {text}");
        var id = (string)JsonNode.Parse(text)!["id"]!;
        for (; ; await Task.Delay(200))
        {
            var job = await GetAsync($"/v1/jobs/{id}");
            if ((string)job["state"]! is "succeeded")
                return job;
            if ((string)job["state"]! is "failed" or "cancelled")
                throw new InvalidOperationException($"Job {id} ended as {job["state"]}: {job["error"]}");
        }
    }

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set; ./concat bench sets it.");
}
