// Supervisors without trainers on one database: connections, transactions, claims, fairness between teams: --supervisors N (100).
// needs: nothing

#:project ../bench/database/Database.csproj
#:property PublishAot=false
#:property NoWarn=NETSDK1188

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ConcatService.Database;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Queue;
using Hangfire;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

// Each has what a worker has: two pools, a queue server that listens, a report every 2 s, a look for others, maintenance. A job: 50 ms.
const int IdleSeconds = 20;
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var count = args is ["--supervisors", var given] ? int.Parse(given) : 100;
var jobs = 10 * count;
await using var postgres = await BenchPostgres.StartAsync("max_connections=2000", "shared_buffers=256MB");
await using var watch = NpgsqlDataSource.Create(postgres.ConnectionString + ";Application Name=watch");
var teams = await MakeTeamsAsync();
var claims = new ConcurrentQueue<Claim>();
using var stop = new CancellationTokenSource();
ThreadPool.SetMinThreads(4 * count, 4 * count);

var began = Stopwatch.StartNew();
var starting = Enumerable.Range(0, count)
    .Select(i => Task.Run(() => SimulatedSupervisor.StartAsync(i, postgres.ConnectionString, claims, stop.Token)));
var all = await Task.WhenAll(starting);
Console.WriteLine($"{count} supervisors, {Environment.ProcessorCount} cores; all started after {began.Elapsed.TotalSeconds:0.0} s");
await Task.Delay(TimeSpan.FromSeconds(5));
await SayAsync($"idle for {IdleSeconds} s", () => Task.Delay(TimeSpan.FromSeconds(IdleSeconds)));

// One team asks for seven tenths of everything at once, and the three others for a tenth each, a moment later.
await SayAsync($"{jobs} jobs of 4 teams", async () =>
{
    foreach (var (team, share) in teams.Zip([0.7, 0.1, 0.1, 0.1]))
        await QueueAsync(team, (int)(jobs * share));
    while (claims.Count < jobs)
        await Task.Delay(20);
});
var times = claims.Select(claim => claim.Milliseconds).Order().ToList();
Console.WriteLine($"a claim takes p50 {times[times.Count / 2]:0.0} ms, p99 {times[times.Count * 99 / 100]:0.0} ms");
foreach (var team in teams)
{
    var places = claims.Select((claim, place) => (claim.Team, Place: place)).Where(claim => claim.Team == team).ToList();
    Console.WriteLine($"team {team}: {places.Count} jobs, the last one was claim {places.Max(claim => claim.Place) + 1} of {claims.Count}");
}

await stop.CancelAsync();
await Task.WhenAll(all.Select(each => Task.Run(() => each.DisposeAsync().AsTask())));

async Task SayAsync(string what, Func<Task> work)
{
    var (before, claimed) = (await TransactionsAsync(), claims.Count);
    var time = Stopwatch.StartNew();
    await work();
    var seconds = time.Elapsed.TotalSeconds;
    var transactions = (await TransactionsAsync() - before) / seconds;
    var connections = await ScalarAsync("select count(*) from pg_stat_activity where backend_type = 'client backend'");
    Console.WriteLine(
        $"{what}: {connections} connections ({(double)connections / count:0.0} each), {transactions:N0} transactions/s "
            + $"({transactions / count:0.0} each), {(claims.Count - claimed) / seconds:N0} claims/s, {seconds:0.0} s"
    );
}

async Task<long> TransactionsAsync()
{
    await Task.Delay(1100);                                                     // the server's statistics are a second old
    return await ScalarAsync("select xact_commit + xact_rollback from pg_stat_database where datname = current_database()");
}

async Task<long> ScalarAsync(string sql)
{
    await using var command = watch.CreateCommand(sql);
    return (long)(await command.ExecuteScalarAsync())!;
}

async Task<int[]> MakeTeamsAsync()
{
    await using var command = watch.CreateCommand("insert into teams (name) select 'team ' || i from generate_series(1, 4) i returning id");
    await using var reader = await command.ExecuteReaderAsync();
    var ids = new List<int>();
    while (await reader.ReadAsync())
        ids.Add(reader.GetInt32(0));
    return [.. ids];
}

async Task QueueAsync(int team, int number)
{
    var services = all[0].Services;
    await using var scope = services.CreateAsyncScope();
    var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
    var made = Enumerable.Range(0, number).Select(_ => SimulatedSupervisor.NewJob(team)).ToList();
    db.AddRange(made);
    await db.SaveChangesAsync();
    foreach (var job in made)
        services.GetRequiredService<JobQueue>().Ring(job.Id, job.Queue);
}

internal sealed record Claim(int Team, double Milliseconds);

internal sealed class SimulatedSupervisor(ServiceProvider services, WorkerIdentity self, ConcurrentQueue<Claim> claims)
    : JobActivator, ITrainingJob, IAsyncDisposable
{
    private BackgroundJobServer? _server;
    private Maintenance? _maintenance;
    private Task _reporting = Task.CompletedTask;

    public IServiceProvider Services => services;

    public static async Task<SimulatedSupervisor> StartAsync(
        int number,
        string connection,
        ConcurrentQueue<Claim> claims,
        CancellationToken stop
    )
    {
        var services = new ServiceCollection()
            .AddSingleton(typeof(ILogger<>), typeof(NullLogger<>))
            .AddPersistence($"{connection};Application Name=supervisor {number}")
            .BuildServiceProvider();
        var supervisor = new SimulatedSupervisor(services, new($"host-{number}", $"machine-{number}", 1, "1"), claims);
        await supervisor.BeginAsync(stop);
        return supervisor;
    }

    public static Job NewJob(int team) => new()
    {
        TeamId = team,
        Name = "bench",
        Spec = "{}",
        Dataset = "none",
        Settings = JsonElement.Parse("{}"),
        ModelName = "bench",
        Queue = Queues.For("normal"),
    };

    public override object ActivateJob(Type jobType) => this;

    public async Task RunAsync(Guid jobId)
    {
        var began = Stopwatch.GetTimestamp();
        var leases = services.GetRequiredService<JobLeases>();
        if (await leases.ClaimNextAsync(jobId, self, "cpu", 1, default) is not { } fence)
            return;
        claims.Enqueue(new(fence.TeamId, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
        var transitions = services.GetRequiredService<JobTransitions>();
        foreach (var state in new[] { JobState.Running, JobState.Finalizing, JobState.Succeeded })
        {
            await transitions.TryMoveAsync(new JobMove(fence.JobId, state, "bench", self.Id) { Fence = fence.Number }, default);
            if (state == JobState.Running)
                await Task.Delay(50);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _server!.SendStop();
        await _server.WaitForShutdownAsync(CancellationToken.None);
        _server.Dispose();
        await _maintenance!.StopAsync(CancellationToken.None);
        await _reporting;
        await services.DisposeAsync();
    }

    private async Task BeginAsync(CancellationToken stop)
    {
        _maintenance = ActivatorUtilities.CreateInstance<Maintenance>(services);
        await _maintenance.StartAsync(stop);
        _reporting = ReportAsync(stop);
        _server = new BackgroundJobServer(
            new BackgroundJobServerOptions
            {
                ServerName = self.Id,
                Queues = [.. Queues.ListenedBy("cpu")],
                WorkerCount = 1,
                Activator = this,
                FilterProvider = QueueStorage.Filters,
            },
            services.GetRequiredService<JobStorage>()
        );
    }

    private async Task ReportAsync(CancellationToken stop)
    {
        var workers = services.GetRequiredService<WorkerRegistry>();
        var exports = services.GetRequiredService<ConcatService.Persistence.Models.CheckpointExports>();
        try
        {
            while (true)
            {
                await workers.HeartbeatAsync(self, new WorkerDevice("cpu", 4L << 30, false), true, null, stop);
                await workers.AllAsync(stop);
                for (var second = 0; second < 2; second++)
                {
                    await exports.ClaimAsync(stop);
                    await Task.Delay(1000, stop);
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
