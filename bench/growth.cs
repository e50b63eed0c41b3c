// What calls cost beside 500,000 finished jobs with 2,000,000 events and 10,000,000 points, and on an empty database: --jobs N (500000).

#:project ../bench/database/Database.csproj
#:project ../bench/serving/Serving.csproj
#:property PublishAot=false
#:property NoWarn=NETSDK1188

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using ConcatService.Database;
using ConcatService.Serving;
using Npgsql;

// The aim: milliseconds, whatever has been. Events and points grow with the jobs: 4 and 20 of each.
const int Calls = 30, Events = 4, Points = 20;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var jobs = args is ["--jobs", var given] ? int.Parse(given) : 500_000;
await using var postgres = await BenchPostgres.StartAsync(
    "max_connections=200",
    "shared_buffers=256MB",
    "fsync=off",
    "max_wal_size=4GB"
);
await using var source = NpgsqlDataSource.Create(postgres.ConnectionString + ";Command Timeout=0");
var app = Path.Combine(Variable("CONCAT_APP"), "api");
var key = await KeyAsync();
await using var api = await ApiProcess.StartAsync(app, postgres.ConnectionString);
using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{api.Port}") };
http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
string[] paths =
[
    "/metrics", "/v1/jobs", "/v1/jobs?state=running", "/v1/jobs?state=queued", "/v1/jobs?state=succeeded", "/v1/jobs?state=failed",
    "/v1/jobs?name=nothing", "/v1/workers", "/v1/me", "/v1/quotas",
];
await OpenJobsAsync();
var empty = await MeasureAsync();
var filling = Stopwatch.StartNew();
await FillAsync();
Console.WriteLine(
    $"{jobs:N0} finished jobs, {(long)jobs * Events:N0} events, {(long)jobs * Points:N0} points, made in "
        + $"{filling.Elapsed.TotalSeconds:0} s; {Environment.ProcessorCount} cores, p50 and slowest of {Calls} calls"
);
Console.WriteLine($"{"call",-28} {"empty, ms",18} {"full, ms",18}");
var full = await MeasureAsync();
foreach (var path in paths)
    Console.WriteLine($"{path,-28} {empty[path].P50,9:0.0} {empty[path].Slowest,8:0.0} {full[path].P50,9:0.0} {full[path].Slowest,8:0.0}");

async Task<Dictionary<string, (double P50, double Slowest)>> MeasureAsync()
{
    var figures = new Dictionary<string, (double, double)>();
    foreach (var path in paths)
    {
        using (var first = await http.GetAsync(path))
            if (!first.IsSuccessStatusCode)
                Console.WriteLine($"{path}: {(int)first.StatusCode} {await first.Content.ReadAsStringAsync()}");
        var times = new List<double>();
        for (var i = 0; i < Calls; i++)
        {
            var began = Stopwatch.GetTimestamp();
            await http.GetStringAsync(path);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        figures[path] = (times.Order().ElementAt(Calls / 2), times.Max());
    }

    return figures;
}

Task OpenJobsAsync() => ExecuteAsync(Insert("(array['queued', 'running', 'paused'])[1 + i % 3]", "null", 30));

async Task FillAsync()
{
    const string Ended = "(array['succeeded', 'succeeded', 'succeeded', 'failed', 'cancelled'])[1 + i % 5]";
    await ExecuteAsync(Insert(Ended, "now() - i * interval '1 minute'", jobs));
    await ExecuteAsync(
        $$"""
        insert into job_events (job_id, sequence, team_id, level, type, message, data)
        select id, sequence, team_id, 'info', 'state', 'An event.', '{}' from jobs, generate_series(1, {{Events}}) sequence
        where finished_at is not null
        """
    );
    await ExecuteAsync("insert into metric_names (name) values ('bench') on conflict do nothing");
    await ExecuteAsync(
        $"""
        insert into metrics (job_id, metric_id, step, value, team_id)
        select jobs.id, metric_names.id, step, 1.0 / step, team_id from jobs, metric_names, generate_series(1, {Points}) step
        where metric_names.name = 'bench' and finished_at is not null
        """
    );
    await ExecuteAsync("vacuum analyze");
}

static string Insert(string state, string finished, int count) =>
    $$"""
    insert into jobs (id, team_id, name, state, spec, dataset, settings, model_name, queue, fence, attempt,
                      attempts_since_checkpoint, epoch, epochs, step, steps, last_event, finished_at)
    select gen_random_uuid(), (select min(id) from teams), 'job ' || i % 1000, {{state}}, '{}', 'd', '{}', 'm', 'c-normal-none', 0, 1,
           0, 1, 1, 1, 1, {{Events}}, {{finished}}
    from generate_series(1, {{count}}) i
    """;

async Task ExecuteAsync(string sql)
{
    await using var command = source.CreateCommand(sql);
    await command.ExecuteNonQueryAsync();
}

async Task<string> KeyAsync()
{
    var start = new ProcessStartInfo("dotnet", ["Api.dll", "key", "--team", "demo", "--name", "bench", "--scopes", "admin,operator"])
    {
        WorkingDirectory = app,
        RedirectStandardOutput = true,
    };
    start.Environment["ConnectionStrings__Postgres"] = postgres.ConnectionString;
    using var process = Process.Start(start)!;
    var text = await process.StandardOutput.ReadToEndAsync();
    return text.Trim().Split('\n')[^1];
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set. Run this by ./concat bench growth.");
