using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace ConcatService.Chaos;

/// <summary>One service with several addresses, as its callers see it: what does not answer is asked again, elsewhere.</summary>
public sealed class Service(HttpClient http, IReadOnlyList<Uri> addresses, string key)
{
    private int _next;

    /// <summary>The answer's body. Waits for as long as the service is away or says that it is.</summary>
    /// <exception cref="HttpRequestException">The service refuses the request.</exception>
    public Task<JsonNode> AskAsync(HttpMethod method, string path, JsonNode? body, string? once, CancellationToken cancel) =>
        AskAsync(method, path, () => Json(body), cancel, once);

    /// <param name="content">Makes the body, for each try anew.</param>
    /// <exception cref="HttpRequestException">The service refuses the request.</exception>
    public async Task<JsonNode> AskAsync(
        HttpMethod method,
        string path,
        Func<HttpContent?> content,
        CancellationToken cancel,
        string? once = null
    )
    {
        while (true)
        {
            if (await TryAsync(method, path, content(), once, cancel) is var (status, text) && (int)status is < 500 and not 429)
                return (int)status < 400
                    ? JsonNode.Parse(text)!
                    : throw new HttpRequestException($"{method} {path} is a {(int)status}: {text}", null, status);
            await Task.Delay(200, cancel);
        }
    }

    /// <summary>Deletes what is there, for as often as it takes: gone is gone, also where it went by a try whose answer was lost.</summary>
    public async Task GoneAsync(string path, CancellationToken cancel)
    {
        while (await TryAsync(HttpMethod.Delete, path, null as HttpContent, null, cancel) is not { Status: HttpStatusCode.NotFound })
            await Task.Delay(100, cancel);
    }

    /// <summary>The bytes of a file; null where they did not come, or not all of them.</summary>
    public async Task<byte[]?> TryDownloadAsync(string path, CancellationToken cancel)
    {
        try
        {
            using var request = Request(HttpMethod.Get, path);
            using var answer = await http.SendAsync(request, cancel);
            return answer.IsSuccessStatusCode ? await answer.Content.ReadAsByteArrayAsync(cancel) : null;
        }
        catch (Exception away) when (away is HttpRequestException or IOException || IsTimeout(away, cancel))
        {
            return null;
        }
    }

    /// <summary>One try; null where there is no answer.</summary>
    public Task<(HttpStatusCode Status, string Text)?> TryAsync(
        HttpMethod method,
        string path,
        JsonNode? body,
        string? once,
        CancellationToken cancel
    ) => TryAsync(method, path, Json(body), once, cancel);

    private async Task<(HttpStatusCode Status, string Text)?> TryAsync(
        HttpMethod method,
        string path,
        HttpContent? content,
        string? once,
        CancellationToken cancel
    )
    {
        try
        {
            using var request = Request(method, path);
            request.Content = content;
            if (once is not null)
                request.Headers.Add("Idempotency-Key", once);
            using var answer = await http.SendAsync(request, cancel);
            return (answer.StatusCode, await answer.Content.ReadAsStringAsync(cancel));
        }
        catch (Exception away) when (away is HttpRequestException or IOException || IsTimeout(away, cancel))
        {
            return null;
        }
    }

    /// <summary>The lines of an event stream, for as long as it is open.</summary>
    public async IAsyncEnumerable<string> FollowAsync(
        string path,
        long after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel
    )
    {
        using var request = Request(HttpMethod.Get, path);
        request.Headers.Add("Accept", "text/event-stream");
        if (after > 0)
            request.Headers.Add("Last-Event-ID", $"{after}");
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (!answer.IsSuccessStatusCode)
            yield break;
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync(cancel));
        while (await reader.ReadLineAsync(cancel) is { } line)
            yield return line;
    }

    private static StringContent? Json(JsonNode? body) =>
        body is null ? null : new(body.ToJsonString(), Encoding.UTF8, "application/json");

    private static bool IsTimeout(Exception away, CancellationToken cancel) =>
        away is OperationCanceledException && !cancel.IsCancellationRequested;

    private HttpRequestMessage Request(HttpMethod method, string path)
    {
        var address = addresses[(int)((uint)Interlocked.Increment(ref _next) % addresses.Count)];
        var request = new HttpRequestMessage(method, new Uri(address, path));
        request.Headers.Authorization = new("Bearer", key);
        return request;
    }
}
