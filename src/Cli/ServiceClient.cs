using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Cli;

/// <summary>The HTTP API, as JSON in and JSON out. What is not a success ends the command with the service's own words.</summary>
internal sealed class ServiceClient(Uri address, string key) : IDisposable
{
    private readonly HttpClient _http = new()
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(30),
        DefaultRequestHeaders = { Authorization = new("Bearer", key) },
    };

    /// <summary>For the service at <c>CONCAT_URL</c> with the key <c>CONCAT_KEY</c>.</summary>
    public static ServiceClient FromEnvironment() => new(new(Variable("CONCAT_URL")), Variable("CONCAT_KEY"));

    public Uri Address => address;

    public Task<JsonNode> GetAsync(string path, CancellationToken cancel) => SendAsync(new(HttpMethod.Get, path), cancel);

    /// <summary>Null where there is no such thing.</summary>
    public async Task<JsonNode?> FindAsync(string path, CancellationToken cancel)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancel);
        return response.StatusCode == HttpStatusCode.NotFound ? null : await response.Content.ReadFromJsonAsync<JsonNode>(cancel);
    }

    /// <summary>Server-sent events from behind the one with this id; null: from the first. The stream is the caller's to dispose.</summary>
    public async Task<Stream> OpenEventsAsync(string path, string? lastEventId, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { Accept = { new("text/event-stream") } } };
        if (lastEventId is not null)
            request.Headers.Add("Last-Event-ID", lastEventId);
        var response = await ReadAsync(request, cancel, HttpCompletionOption.ResponseHeadersRead);
        return await response.Content.ReadAsStreamAsync(cancel);
    }

    public Task<JsonNode> PostAsync(string path, JsonNode body, CancellationToken cancel) =>
        SendAsync(
            new(HttpMethod.Post, path) { Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json") },
            cancel
        );

    public Task<JsonNode> PostPngAsync(string path, byte[] png, CancellationToken cancel) =>
        PostFileAsync(path, png, "image/png", cancel);

    public Task<JsonNode> PostFileAsync(string path, byte[] file, string type, CancellationToken cancel) =>
        SendAsync(
            new(HttpMethod.Post, path)
            {
                Content = new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue(type) } },
            },
            cancel
        );

    /// <summary>How many bytes a download has.</summary>
    public async Task<long> LengthAsync(string path, CancellationToken cancel)
    {
        using var response = await ReadAsync(new(HttpMethod.Get, path), cancel);
        return (await response.Content.ReadAsByteArrayAsync(cancel)).LongLength;
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> SendAsync(HttpRequestMessage request, CancellationToken cancel)
    {
        using var response = await ReadAsync(request, cancel);
        return await response.Content.ReadFromJsonAsync<JsonNode>(cancel) ?? throw new CliException($"{Name(request)} answered null.");
    }

    private async Task<HttpResponseMessage> ReadAsync(
        HttpRequestMessage request,
        CancellationToken cancel,
        HttpCompletionOption until = HttpCompletionOption.ResponseContentRead
    )
    {
        try
        {
            var response = await _http.SendAsync(request, until, cancel);
            return response.IsSuccessStatusCode
                ? response
                : throw new CliException(
                    $"{Name(request)} answered {(int)response.StatusCode}: {Explain(await response.Content.ReadAsStringAsync(cancel))}",
                    (int)response.StatusCode >= 500
                );
        }
        catch (HttpRequestException unreachable)
        {
            throw new CliException(
                $"{Name(request)}: {address} does not answer ({unreachable.Message}). See ./concat status and ./concat logs api.",
                isPassing: true
            );
        }
        catch (TaskCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new CliException(
                $"{Name(request)}: no answer in {_http.Timeout.TotalSeconds:0} s. See ./concat status and ./concat logs api.",
                isPassing: true
            );
        }
    }

    // A problem of RFC 9457 in lines; anything else as it came.
    private static string Explain(string body)
    {
        try
        {
            if (JsonNode.Parse(body) is not JsonObject problem)
                return body;
            var text = new StringBuilder($"{problem["code"]} {problem["detail"] ?? problem["title"]}");
            foreach (var error in problem["errors"]?.AsArray() ?? [])
                text.Append($"\n  {error?["pointer"]}: {error?["detail"]}");
            return text.ToString();
        }
        catch (JsonException)
        {
            return body.Length == 0 ? "an empty body" : body;
        }
    }

    private static string Name(HttpRequestMessage request) => $"{request.Method} {request.RequestUri}";

    private static string Variable(string name) =>
        Environment.GetEnvironmentVariable(name) ?? throw new CliException($"{name} is not set; ./concat sets it.");
}
