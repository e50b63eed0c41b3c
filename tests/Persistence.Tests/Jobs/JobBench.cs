using System.Text.Json;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ConcatService.Persistence.Tests.Jobs;

/// <summary>The stores on a database of their own, and jobs to try them on.</summary>
public sealed class JobBench : IAsyncLifetime
{
    private static readonly JsonElement Empty = JsonDocument.Parse("{}").RootElement;
    private readonly PostgresDatabase _database;
    private ServiceProvider? _services;
    private int _team;

    public JobBench(PostgresFixture server) => _database = new PostgresDatabase(server);

    public static WorkerIdentity Worker { get; } = new("somewhere", "machine", 4711, "1");

    public string ConnectionString => _database.ConnectionString;
    public NpgsqlDataSource Source => Get<NpgsqlDataSource>();
    public JobLeases Leases => Get<JobLeases>();
    public JobTransitions Transitions => Get<JobTransitions>();
    public int TeamId => _team;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        await _database.InitializeAsync();
        _services = new ServiceCollection().AddLogging().AddPersistence(ConnectionString).BuildServiceProvider();
        await using var db = _database.Open();
        var team = db.Add(new Team { Name = "testers" }).Entity;
        await db.SaveChangesAsync();
        _team = team.Id;
    }

    public async ValueTask DisposeAsync()
    {
        if (_services is not null)
            await _services.DisposeAsync();
        await _database.DisposeAsync();
    }

    public T Get<T>() where T : notnull => _services!.GetRequiredService<T>();

    /// <summary>Something that only a host makes.</summary>
    public T Create<T>() => ActivatorUtilities.CreateInstance<T>(_services!);

    public ConcatDb Open() => _database.Open();

    public static Job NewJob(int teamId, JsonElement? settings = null, string? queue = null) => new()
    {
        TeamId = teamId,
        Name = "a job",
        Spec = "{}",
        Dataset = "generated",
        Settings = settings ?? Empty,
        ModelName = "a-model",
        Queue = queue ?? Queues.For("normal"),
    };

    /// <summary>A queued job; without a doorbell unless asked for.</summary>
    public async Task<Guid> QueueAsync(bool ring = false)
    {
        await using var scope = _services!.CreateAsyncScope();
        var job = NewJob(_team);
        if (ring)
        {
            await scope.ServiceProvider.GetRequiredService<JobControl>().CreateAsync(job, Cancel);
            return job.Id;
        }
        var db = scope.ServiceProvider.GetRequiredService<ConcatDb>();
        db.Add(job);
        await db.SaveChangesAsync(Cancel);
        return job.Id;
    }

    /// <summary>A job that <see cref="Worker"/> has claimed.</summary>
    public async Task<JobFence> ClaimAsync(Guid? job = null) =>
        await Leases.ClaimAsync(job ?? await QueueAsync(), Worker, 1, Cancel) ?? throw new InvalidOperationException("not claimed");

    /// <summary>Takes a claimed job through the states, as its worker would.</summary>
    public async Task MoveAsync(JobFence fence, params JobState[] states)
    {
        foreach (var state in states)
            Assert.True(
                await Transitions.TryMoveAsync(new JobMove(fence.JobId, state, "test", "test") { Fence = fence.Number }, Cancel),
                $"to {state}"
            );
    }

    public async Task<JobState?> CancelAsync(Guid job)
    {
        await using var scope = _services!.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<JobControl>().CancelAsync(_team, job, Cancel);
    }

    public async Task<Job> ReadAsync(Guid id)
    {
        await using var db = Open();
        return await db.Jobs.AsNoTracking().SingleAsync(job => job.Id == id, Cancel);
    }

    public async Task ExecuteAsync(string sql, Guid job)
    {
        await using var command = Source.CreateCommand(sql);
        command.Parameters.AddWithValue("job", job);
        await command.ExecuteNonQueryAsync(Cancel);
    }

    public Task ExpireAsync(JobFence fence) =>
        ExecuteAsync("update jobs set lease_expires_at = now() - interval '1 second' where id = @job", fence.JobId);

    /// <summary>The queues in which a job's doorbell waits.</summary>
    public async Task<string[]> BellsAsync(Guid job)
    {
        await using var command = Source.CreateCommand(
            """
            select bell.queue from hangfire.jobqueue bell join hangfire.job entry on entry.id = bell.jobid
            where entry.arguments::text like '%' || @job || '%' order by bell.id
            """
        );
        command.Parameters.AddWithValue("job", job.ToString());
        var queues = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
            queues.Add(reader.GetString(0));
        return [.. queues];
    }
}
