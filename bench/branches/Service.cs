using System.Text;
using System.Text.Json.Nodes;

namespace ConcatService.Branches;

/// <summary>The service that <c>./concat bench</c> has started.</summary>
internal sealed class Service : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = new(Variable("CONCAT_URL")), Timeout = TimeSpan.FromSeconds(60) };

    public Service() => _http.DefaultRequestHeaders.Authorization = new("Bearer", Variable("CONCAT_KEY"));

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await _http.GetStringAsync(path))!;

    /// <summary>Uploads a case's samples. Returns the reference of the data set.</summary>
    public async Task<string> UploadAsync(string name, byte[] npz)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(name), "name" },
            { new StringContent("y"), "target" },
            { new StringContent("classification"), "task" },
            { new ByteArrayContent(npz), "file", "data.npz" },
        };
        using var answer = await _http.PostAsync("/v1/datasets", form);
        return (string)(await ReadAsync(answer))["reference"]!;
    }

    /// <summary>The job when it has ended, however it did.</summary>
    public async Task<JsonNode> TrainAsync(JsonNode body)
    {
        using var answer = await _http.PostAsync("/v1/jobs", Json(body));
        return await EndAsync(await ReadAsync(answer));
    }

    /// <summary>The repair of a job when it has ended; null with the code where it was refused.</summary>
    public async Task<(JsonNode? Job, string? Refusal)> RepairAsync(JsonNode job)
    {
        using var answer = await _http.PostAsync($"/v1/jobs/{job["id"]}/repair", null);
        var json = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return answer.IsSuccessStatusCode ? (await EndAsync(json), null) : (null, (string?)json["code"]);
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> EndAsync(JsonNode job)
    {
        for (; ; await Task.Delay(200))
        {
            var now = await GetAsync($"/v1/jobs/{job["id"]}");
            if ((string)now["state"]! is "succeeded" or "failed" or "cancelled")
                return now;
        }
    }

    private static async Task<JsonNode> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"It was refused: {text}");
    }

    private static StringContent Json(JsonNode body) => new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set; ./concat bench sets it.");
}
