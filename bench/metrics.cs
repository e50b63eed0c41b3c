// Metrics into PostgreSQL, points per second, and a chart over a series of 1,000,000 points over HTTP: --points N (1000000).

#:project ../src/Persistence/Persistence.csproj
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

// The aims: 64,000 points/s sustained, a chart in at most 100 ms. A batch is what a trainer at that pace gathers in the 250 ms between two
// of its own.
const int Batch = 16_000, Series = 64, Calls = 50;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var points = args is ["--points", var given] ? int.Parse(given) : 1_000_000;
using var http = new HttpClient
{
    BaseAddress = new(Variable("CONCAT_URL")),
    DefaultRequestHeaders = { Authorization = new("Bearer", Variable("CONCAT_KEY")) },
};
await using var services = new ServiceCollection()
    .AddSingleton(typeof(Microsoft.Extensions.Logging.ILogger<>), typeof(NullLogger<>))
    .AddPersistence(Variable("ConnectionStrings__Postgres"))
    .BuildServiceProvider();
await using var scope = services.CreateAsyncScope();
var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
var fence = await ClaimedAsync();
try
{
    Console.WriteLine(
        $"{Environment.ProcessorCount} cores, the service's own PostgreSQL, batches of {Batch:N0} points by binary COPY, one writer "
            + $"without a pause"
    );
    await FillAsync("many", points, Series);
    await FillAsync("one", points, 1);
    foreach (var wanted in new[] { 500, 2_000, 10_000 })
        await ChartAsync($"one-0&max_points={wanted}", $"1 series of {points:N0} points, max_points {wanted:N0}");
    await ChartAsync(
        $"{string.Join(',', Enumerable.Range(0, Series).Select(series => $"many-{series}"))}&max_points=500",
        $"{Series} series of {points / Series:N0} points, max_points 500"
    );
}
finally
{
    await db.Metrics.Where(metric => metric.JobId == fence.JobId).ExecuteDeleteAsync();
    await db.Jobs.Where(job => job.Id == fence.JobId).ExecuteDeleteAsync();
    await db.MetricNames.Where(name => name.Name.StartsWith("bench-")).ExecuteDeleteAsync();
}

async Task FillAsync(string name, int count, int series)
{
    var writer = new MetricWriter(services.GetRequiredService<Npgsql.NpgsqlDataSource>());
    var batches = Enumerable
        .Range(0, count)
        .Select(i => new MetricPoint($"bench-{name}-{i % series}", 1 + (i / series), Value(1 + (i / series))))
        .Chunk(Batch)
        .ToList();
    var (watch, slowest) = (Stopwatch.StartNew(), TimeSpan.Zero);
    foreach (var batch in batches)
    {
        var began = watch.Elapsed;
        await writer.WriteAsync(fence, batch, default);
        slowest = watch.Elapsed - began is var took && took > slowest ? took : slowest;
    }

    Console.WriteLine(
        $"written, {series,2} series: {count:N0} points in {watch.Elapsed.TotalSeconds:0.0} s, {count / watch.Elapsed.TotalSeconds:N0} "
            + $"points/s; slowest batch {slowest.TotalMilliseconds:N0} ms"
    );
}

// A falling curve with one spike up and one down, which a chart must show.
double Value(int step) => step == points / 3 ? 99 : step == points / 2 ? -99 : 1 / Math.Sqrt(step);

async Task ChartAsync(string names, string what)
{
    var times = new List<double>();
    JsonElement[] series = [];
    for (var i = 0; i < Calls; i++)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await http.GetStringAsync($"/v1/jobs/{fence.JobId}/metrics?name=bench-{names.Replace(",", ",bench-")}");
        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        series = [.. JsonElement.Parse(answer).GetProperty("series").EnumerateArray()];
    }

    var values = series[0].GetProperty("values").EnumerateArray().Select(value => value.GetDouble()).ToList();
    var spikes = series.Length > 1 || (values.Contains(99) && values.Contains(-99)) ? "" : ", SPIKES LOST";
    Console.WriteLine(
        $"chart of {what}: first {times[0]:0.0} ms, p50 {times.Order().ElementAt(Calls / 2):0.0} ms, slowest of {Calls} "
            + $"{times.Skip(1).Max():0.0} ms; {values.Count:N0} points{spikes}"
    );
}

// A job that no worker has: claimed before anybody rings for it, and kept for longer than this takes.
async Task<JobFence> ClaimedAsync()
{
    var team = await db.Teams.Where(team => team.Name == "demo").Select(team => team.Id).SingleAsync();
    var job = db.Add(
        new Job
        {
            TeamId = team,
            Name = "bench",
            Spec = "{}",
            Dataset = "none",
            Settings = JsonElement.Parse("{}"),
            ModelName = "bench",
            Queue = Queues.For("normal"),
        }
    ).Entity;
    await db.SaveChangesAsync();
    var claimed = await services
        .GetRequiredService<JobLeases>()
        .ClaimAsync(job.Id, new("bench", "bench", Environment.ProcessId, "0"), Environment.ProcessId, default);
    await db.Database.ExecuteSqlAsync($"update jobs set lease_expires_at = now() + interval '1 hour' where id = {job.Id}");
    return claimed ?? throw new InvalidOperationException("Somebody else took the job.");
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set. Run this by ./concat bench metrics.");
