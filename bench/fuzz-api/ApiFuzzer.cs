using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.FuzzApi;

/// <summary>
/// Sends hostile requests to every call of the service and looks for answers that should not be: a 5xx that the call does not document, or
/// none at all.
/// </summary>
/// <param name="http">With the server's address and a key.</param>
/// <param name="known">What exists already.</param>
public sealed class ApiFuzzer(HttpClient http, ApiDocument document, KnownNames known)
{
    /// <summary>Answers that are longer are read to their end and not looked at.</summary>
    private const int MostBytesToLearnFrom = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly RequestMaker _maker = new(document, known);

    /// <summary>Reads the service's document.</summary>
    public static async Task<ApiDocument> DocumentOfAsync(HttpClient http, CancellationToken cancel) =>
        new(JsonNode.Parse(await http.GetStringAsync("/swagger/v1/swagger.json", cancel))!);

    public HostileRequest Make(int seed) => _maker.Make(seed);

    public async Task<FuzzOutcome> RunAsync(int first, int requests, int parallel, CancellationToken cancel)
    {
        var outcome = new FuzzOutcome();
        var options = new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancel };
        await Parallel.ForAsync(first, first + requests, options, async (seed, stop) =>
        {
            if (!outcome.IsStopped)
                await SendAsync(Make(seed), outcome, stop);
        });
        return outcome;
    }

    private async Task SendAsync(HostileRequest request, FuzzOutcome outcome, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var message = request.ToMessage(http.BaseAddress!);
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, limit.Token);
            var status = (int)response.StatusCode;
            var isStream = response.Content.Headers.ContentType?.MediaType == "text/event-stream"; // goes on until the job ends
            var body = isStream ? [] : await response.Content.ReadAsByteArrayAsync(limit.Token);
            outcome.Count(request.Route, status, Stopwatch.GetElapsedTime(began));
            if (status >= 500 && !request.Route.Statuses.Contains(status))
                outcome.Failures.Enqueue(new(request, $"{status} {Encoding.UTF8.GetString(body)}"));
            else if (status == 200 && request is { Method: "PUT", Route.Path: "/v1/quotas" })
                await ForgetQuotasAsync(limit.Token);
            else if (status == 204 && request.Method == "DELETE")
                known.Forget(request);
            else if (status is 200 or 201 or 202 && body.Length is > 0 and <= MostBytesToLearnFrom && IsJson(response))
                known.Learn(request.Route, JsonNode.Parse(body, documentOptions: new JsonDocumentOptions { MaxDepth = 2000 }));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            outcome.Failures.Enqueue(new(request, $"no answer within {Patience.TotalSeconds} s"));
        }
        catch (HttpRequestException gone) when (gone.HttpRequestError == HttpRequestError.ConnectionError)
        {
            outcome.Failures.Enqueue(new(request, "the server does not listen any more"));
            outcome.Stop();
        }
        catch (HttpRequestException)
        {
            // Closed for what it carries, such as a length that is not true, or no request that the client sends. The server must take the
            // next.
            outcome.Count(request.Route, 0, Stopwatch.GetElapsedTime(began));
        }
    }

    /// <summary>Back to the defaults: what was set would refuse most of what follows.</summary>
    private async Task ForgetQuotasAsync(CancellationToken cancel)
    {
        const string Defaults = """
            { "queued_jobs": null, "running_jobs": null, "stored_bytes": null, "data_sets": null, "models": null,
              "requests_per_second": null, "event_streams": null, "weight": null }
            """;
        using var content = new StringContent(Defaults, Encoding.UTF8, "application/json");
        using var response = await http.PutAsync("/v1/quotas", content, cancel);
    }

    private static bool IsJson(HttpResponseMessage response) =>
        response.Content.Headers.ContentEncoding.Count == 0
        && response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true;
}
