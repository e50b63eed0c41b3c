// How long Swagger UI is busy when an operation is opened, for each, in headless Chromium: --only TEXT, --pictures FOLDER for screenshots.

#:property PublishAot=false
#:package PuppeteerSharp
#:package WebDriverBiDi

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PuppeteerSharp;

// The aim: every operation within 2 s. Chromium is Debian's package of that name; CHROMIUM names another. The processor time of the page's
// main thread stands beside the elapsed one, because only it can be compared on a machine that has other work to do.
const double MostSeconds = 2;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var only = Option("--only") ?? "";
var pictures = Option("--pictures") is { } folder ? Directory.CreateDirectory(folder).FullName : null;
var address =
    Environment.GetEnvironmentVariable("CONCAT_URL")
    ?? throw new InvalidOperationException("CONCAT_URL is not set. Run this by ./concat bench swagger.");
await using var browser = await Puppeteer.LaunchAsync(new()
{
    ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
    Args = ["--no-sandbox"],
    DefaultViewport = new() { Width = 1400, Height = 1000 },
    ProtocolTimeout = 120_000,
});
await using var page = await browser.NewPageAsync();
var session = await page.CreateCDPSessionAsync();
await session.SendAsync("Performance.enable", new { timeDomain = "threadTicks" });
var watch = Stopwatch.StartNew();
await page.GoToAsync($"{address}/swagger");
await page.WaitForSelectorAsync(".opblock");
Console.WriteLine($"{Environment.ProcessorCount} cores, {await browser.GetVersionAsync()}");
Console.WriteLine($"{"the page with all closed",-62} {watch.Elapsed.TotalSeconds,5:0.00} s   processor {await BusyAsync(),5:0.00} s");
await page.EvaluateExpressionAsync(TimeOf);

var operations = await page.EvaluateExpressionAsync<string[]>("[...document.querySelectorAll('.opblock')].map(block => block.id)");
var opened = new List<(string Operation, double Elapsed, double Busy)>();
foreach (var operation in operations.Where(each => each.Contains(only, StringComparison.Ordinal)))
{
    var before = await BusyAsync();
    var elapsed = await page.EvaluateFunctionAsync<double>("timeOf", operation);
    opened.Add((operation, elapsed, await BusyAsync() - before));
    Console.WriteLine($"{operation,-62} {elapsed,5:0.00} s   processor {opened[^1].Busy,5:0.00} s");
    if (pictures is not null)
        await (await page.QuerySelectorAsync($"[id='{operation}']")).ScreenshotAsync(Path.Combine(pictures, $"{operation}.png"));
    await page.EvaluateFunctionAsync("id => document.getElementById(id).querySelector('.opblock-summary-control').click()", operation);
}

var (slowest, most) = (opened.MaxBy(each => each.Elapsed), opened.MaxBy(each => each.Busy));
Console.WriteLine($"{opened.Count} operations; slowest {slowest.Elapsed:0.00} s: {slowest.Operation}");
Console.WriteLine($"most processor time {most.Busy:0.00} s: {most.Operation}; aim {MostSeconds:0} s");
return most.Busy <= MostSeconds ? 0 : 1;

string? Option(string name) => Array.IndexOf(args, name) is >= 0 and var at && at + 1 < args.Length ? args[at + 1] : null;

async Task<double> BusyAsync()
{
    var metrics = (await session.SendAsync<JsonElement>("Performance.getMetrics")).GetProperty("metrics").EnumerateArray();
    return metrics.Single(metric => metric.GetProperty("name").GetString() == "TaskDuration").GetProperty("value").GetDouble();
}

internal partial class Program
{
    // Clicks, and waits until the responses are there, nothing still loads, and the page has been idle for 300 ms. Gives the seconds until
    // the end of the last work.
    private const string TimeOf = """
        window.timeOf = async id => {
            const block = document.getElementById(id), start = performance.now();
            let busyUntil = start, last = start;
            block.querySelector('.opblock-summary-control').click();
            for (;;) {
                await new Promise(resolve => setTimeout(resolve, 10));
                const now = performance.now();
                if (now - last > 50 || !block.querySelector('.responses-wrapper') || block.querySelector('.loading-container'))
                    busyUntil = now;
                last = now;
                if (now - busyUntil > 300) return (busyUntil - start) / 1000;
            }
        }
        """;
}
