// The pages in Chromium: key to picture, a comparison's first paint, the events of a day: --keys N (30), --events N (5760).

#:project ../src/Persistence/Persistence.csproj
#:package PuppeteerSharp
#:package WebDriverBiDi
#:property PublishAot=false
#:property NoWarn=NETSDK1188

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PuppeteerSharp;

// The aims: 95 of 100 keystrokes painted within 100 ms, GoogLeNet 150; three jobs of 10,000 points within 500 ms, a hover within 16; 20 MB
// of heap over a day, one event stream.
const int Batch = 100;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (keys, events) = (Option("--keys", 30), Option("--events", 4 * 24 * 60));
var address = Variable("CONCAT_URL");
await using var services = new ServiceCollection()
    .AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>))
    .AddPersistence(Variable("ConnectionStrings__Postgres"))
    .BuildServiceProvider();
await using var scope = services.CreateAsyncScope();
var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
await using var browser = await Puppeteer.LaunchAsync(new()
{
    ExecutablePath = Environment.GetEnvironmentVariable("CHROMIUM") ?? "/usr/bin/chromium",
    Args = ["--no-sandbox"],
    DefaultViewport = new() { Width = 1400, Height = 900 },
    ProtocolTimeout = 300_000,
});
await using var page = await browser.NewPageAsync();
await page.GoToAsync(address);
await page.TypeAsync("#key", Variable("CONCAT_KEY"));
await Task.WhenAll(page.WaitForNavigationAsync(), page.ClickAsync("button[type=submit]"));
var load = File.ReadAllText("/proc/loadavg").Split(' ')[0];
Console.WriteLine($"{Environment.ProcessorCount} cores, load {load}, {await browser.GetVersionAsync()}");
var jobs = new List<JobFence>();
try
{
    foreach (var name in new[] { "two-branches-refused", "googlenet" })
        await TypeAsync(name);
    for (var i = 0; i < 3; i++)
        jobs.Add(await JobAsync($$"""{ "epochs": {{3 + i}} }"""));
    await CompareAsync();
    await DayAsync(jobs[0]);
}
finally
{
    foreach (var id in jobs.Select(job => job.JobId))
    {
        await db.Metrics.Where(metric => metric.JobId == id).ExecuteDeleteAsync();
        await db.Jobs.Where(job => job.Id == id).ExecuteDeleteAsync();
    }
}

// From the input event to the frame behind the one in which the picture was put.
async Task TypeAsync(string gallery)
{
    await page.GoToAsync($"{address}/workbench?gallery={gallery}", WaitUntilNavigation.Networkidle0);
    var times = await page.EvaluateFunctionAsync<double[]>(
        """
        async count => {
          const picture = document.getElementById("picture"), times = [];
          text.focus();
          const place = text.value.indexOf('"out_channels": ') + 16;
          for (let i = 0; i <= count; i++) {
            text.setSelectionRange(place, place + 1);
            const painted = new Promise(done => {
              const show = picture.show;
              picture.show = svg => {
                show.call(picture, svg);
                picture.show = show;
                requestAnimationFrame(() => requestAnimationFrame(done));
              };
            });
            const began = performance.now();
            document.execCommand("insertText", false, String(1 + (i % 9)));
            await painted;
            if (i) times.push(performance.now() - began);
          }
          return times;
        }
        """,
        keys
    );
    Console.WriteLine($"key to picture, {gallery,-20}: p50 {At(times, 0.5),5:0} ms, p95 {At(times, 0.95),5:0} ms, {times.Length} keys");
}

async Task CompareAsync()
{
    foreach (var fence in jobs)
    {
        var points = Enumerable.Range(1, 10_000).Select(step => new MetricPoint("train_loss", step, 2 / Math.Sqrt(step)));
        await services.GetRequiredService<MetricWriter>().WriteAsync(fence, [.. points], default);
    }

    const string Watch = """
        new MutationObserver(() => {
          if (window.drawn || document.querySelectorAll("line-chart path.line:not(.faint)").length < 3) return;
          window.drawn = true;
          requestAnimationFrame(() => setTimeout(() => (window.painted = performance.now())));
        }).observe(document, { childList: true, subtree: true })
        """;
    await page.EvaluateExpressionOnNewDocumentAsync(Watch);
    var painted = new List<double>();
    for (var i = 0; i < 6; i++)
    {
        await page.GoToAsync($"{address}/jobs/compare?ids={string.Join(',', jobs.Select(job => job.JobId))}&metric=train_loss");
        await page.WaitForExpressionAsync("window.painted");
        painted.Add(await page.EvaluateExpressionAsync<double>("window.painted"));
    }

    var hovers = await page.EvaluateExpressionAsync<double[]>(
        """
        (() => {
          const chart = document.querySelector("line-chart"), box = chart.getBoundingClientRect(), times = [];
          for (let i = 0; i < 200; i++) {
            const began = performance.now(), place = { clientX: box.x + 60 + i * 3, clientY: box.y + 90, bubbles: true };
            (chart.querySelector("svg") ?? chart).dispatchEvent(new PointerEvent("pointermove", place));
            chart.getBoundingClientRect().width;
            times.push(performance.now() - began);
          }
          return times;
        })()
        """
    );
    var row = await page.EvaluateExpressionAsync<string>("document.querySelector('tbody tr').textContent");
    Console.WriteLine(
        $"compare, 3 jobs of 10,000 points: first paint p50 {At(painted.Skip(1), 0.5):0} ms, worst {painted.Skip(1).Max():0} ms after the "
            + $"navigation; hover p95 {At(hovers, 0.95):0.0} ms; first row '{row}'"
    );
}

// The events of a day, not a day: a checkpoint, a progress, an epoch and an evaluation for each minute, as fast as the page takes them.
async Task DayAsync(JobFence fence)
{
    const string Streams = """
        window.streams = 0;
        const Real = EventSource;
        window.EventSource = class extends Real {
          constructor(...given) {
            super(...given);
            window.streams++;
            this.addEventListener("checkpoint", () => (window.got = (window.got ?? 0) + 1));
          }
          close() { if (this.readyState !== 2) window.streams--; super.close(); }
        };
        """;
    await page.EvaluateExpressionOnNewDocumentAsync(Streams);
    await page.GoToAsync($"{address}/jobs/{fence.JobId}", WaitUntilNavigation.DOMContentLoaded);
    await page.WaitForExpressionAsync("document.querySelector('#loss path.line')");
    var session = await page.CreateCDPSessionAsync();
    var before = await HeapAsync(session);
    var watch = Stopwatch.StartNew();
    string[] types = ["checkpoint", "progress", "epoch", "evaluation"];
    var writer = services.GetRequiredService<EventWriter>();
    for (var done = 0; done < events; done += Batch)
    {
        var told = Enumerable.Range(done, Batch).Select(n => new NewEvent(
            "info", types[n % types.Length], $"Step {n}: training loss 0.123, 1,234 samples/s", """{ "step": 1, "loss": 0.123 }"""
        ));
        await writer.WriteAsync(fence, [.. told], default);
        await page.EvaluateExpressionAsync("dispatchEvent(new Event('reachable'))");             // what the page reads every 2.5 s, too
        await page.WaitForExpressionAsync($"(window.got ?? 0) >= {(done + Batch) / types.Length}", new() { Timeout = 60_000 });
    }

    var after = await HeapAsync(session);
    var (streams, rows) = (
        await page.EvaluateExpressionAsync<int>("window.streams"),
        await page.EvaluateExpressionAsync<int>("document.getElementById('events').childElementCount")
    );
    Console.WriteLine(
        $"{events:N0} events of a day in {watch.Elapsed.TotalSeconds:0} s: heap {before / 1e6:0.0} to {after / 1e6:0.0} MB, "
            + $"{streams} event stream, {rows} events shown"
    );
    if (after - before > 20e6 || streams != 1)
        Environment.ExitCode = 1;
}

static async Task<double> HeapAsync(ICDPSession session)
{
    await session.SendAsync("HeapProfiler.enable");
    await session.SendAsync("HeapProfiler.collectGarbage");
    return (await session.SendAsync("Runtime.getHeapUsage"))!.Value.GetProperty("usedSize").GetDouble();
}

// A job that no worker has, as bench/metrics.cs makes it.
async Task<JobFence> JobAsync(string settings)
{
    const string Spec = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [ { "type": "flatten" }, { "type": "linear", "out_features": 10 } ] }
        """;
    var team = await db.Teams.Where(team => team.Name == "demo").Select(team => team.Id).SingleAsync();
    var job = new Job
    {
        TeamId = team,
        Name = "bench",
        Spec = Spec,
        Dataset = "two-scale",
        Settings = JsonElement.Parse(settings),
        ModelName = "bench",
        Queue = Queues.For("normal"),
    };
    db.Add(job);
    await db.SaveChangesAsync();
    var claimed = await services
        .GetRequiredService<JobLeases>()
        .ClaimAsync(job.Id, new("bench", "bench", Environment.ProcessId, "0"), Environment.ProcessId, default);
    await db.Database.ExecuteSqlAsync($"update jobs set lease_expires_at = now() + interval '1 hour' where id = {job.Id}");
    return claimed ?? throw new InvalidOperationException("Somebody else took the job.");
}

static double At(IEnumerable<double> times, double share)
{
    var sorted = times.Order().ToList();
    return sorted[(int)Math.Min(sorted.Count - 1, share * sorted.Count)];
}

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set. Run this by ./concat bench pages.");
