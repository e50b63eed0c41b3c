using System.Diagnostics;
using System.Net.Http.Headers;
using ConcatService.Api.Tests.Inference;
using ConcatService.FuzzApi;

namespace ConcatService.Api.Tests.Errors;

/// <summary>
/// The part of <c>./concat bench fuzz-api</c> that fits into a test run: hostile requests to every call of the OpenAPI document, by a key
/// that may do everything.
/// </summary>
public sealed class FuzzTests(ListeningServer server) : IClassFixture<ListeningServer>
{
    private const int Requests = 20_000, Parallel = 8;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hostile_requests_get_no_answer_that_is_our_fault()
    {
        await SmallModels.PublishAsync(server.Api, "small", SmallModels.Linear());
        var known = new KnownNames();
        known.Add("models", "small");
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = Parallel };
        using var http = new HttpClient(handler) { BaseAddress = new($"http://127.0.0.1:{server.Port}") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", server.Api.AdminKey);
        var document = await ApiFuzzer.DocumentOfAsync(http, Cancel);

        var watch = Stopwatch.StartNew();
        var outcome = await new ApiFuzzer(http, document, known).RunAsync(first: 1, Requests, Parallel, Cancel);

        Report(outcome, watch.Elapsed);
        Assert.True(outcome.Failures.IsEmpty, string.Join('\n', outcome.Failures.DistinctBy(failure => failure.Request.Route)));
        Assert.All(document.Routes, route => Assert.True(outcome.Routes.ContainsKey(route), $"{route} got no request"));
        Assert.Equal("""{"status":"ready","lacks":[]}""", await http.GetStringAsync("/health/ready", Cancel));
    }

    private static void Report(FuzzOutcome outcome, TimeSpan elapsed)
    {
        var statuses = outcome.Statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}: {status.Value}");
        TestContext.Current.SendDiagnosticMessage($"{elapsed.TotalSeconds:N0} s; {string.Join(", ", statuses)}");
    }
}
