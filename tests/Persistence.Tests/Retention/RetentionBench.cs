using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Retention;
using ConcatService.Persistence.Storage;
using ConcatService.Persistence.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Retention;

/// <summary>Teams with jobs that ended some days ago, what such jobs leave, and sweeps over them.</summary>
public sealed class RetentionBench(PostgresFixture server) : IAsyncLifetime
{
    private int _teams;

    public JobBench Jobs { get; } = new(server);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => Jobs.InitializeAsync();

    public ValueTask DisposeAsync() => Jobs.DisposeAsync();

    public ConcatDb Open() => Jobs.Open();

    /// <summary>A new team, in a database where nothing is due.</summary>
    public async Task<int> BeginAsync()
    {
        await SweepAsync();
        await using var db = Open();
        var team = db.Add(new Team { Name = $"team-{++_teams}" }).Entity;
        await db.SaveChangesAsync(Cancel);
        return team.Id;
    }

    /// <summary>What went, a statement or checkpoint at a time.</summary>
    public async Task<List<Removed>> SweepAsync(RetentionSettings? instance = null, int batchRows = 10_000)
    {
        var sweep = new RetentionSweep(Jobs.Source, instance ?? RetentionSettings.Default) { BatchRows = batchRows };
        return await sweep.RunAsync(Cancel).ToListAsync(Cancel);
    }

    public Task<IReadOnlyList<Removed>> PreviewAsync(int team, RetentionSettings? settings = null) =>
        new RetentionSweep(Jobs.Source, RetentionSettings.Default).PreviewAsync(
            RetentionScope.Of(team, settings ?? RetentionSettings.Default),
            Cancel
        );

    /// <summary>A job that was made long ago.</summary>
    /// <param name="days">How long ago it ended; null: it has not.</param>
    public async Task<Guid> JobAsync(int team, string state, double? days)
    {
        await using var db = Open();
        var job = db.Add(JobBench.NewJob(team)).Entity;
        await db.SaveChangesAsync(Cancel);
        await db.Database.ExecuteSqlAsync(
            $"""
            update jobs set state = {state}, created_at = now() - interval '2000 days',
                finished_at = now() - make_interval(secs => {days * 86_400})
            where id = {job.Id}
            """,
            Cancel
        );
        return job.Id;
    }

    public Task AddEventsAsync(int team, Guid job, int count) =>
        ExecuteAsync(
            $"""
            insert into job_events (job_id, sequence, team_id, at, level, type, message, data)
            select {job}, n, {team}, now() - interval '2000 days', 'info', 'epoch', repeat('x', n), json_build_object('n', n)
            from generate_series(1, {count}) as n
            """
        );

    public Task AddMetricsAsync(int team, Guid job, int count) =>
        ExecuteAsync(
            $"""
            insert into metrics (job_id, metric_id, step, team_id, value)
            select {job}, 1, n, {team}, n from generate_series(1, {count}) as n;
            insert into metric_rollups (job_id, metric_id, team_id, first_step, last_step, low_step, low, high_step, high)
            values ({job}, 1, {team}, 1, 64, 1, 1, 64, 64)
            """
        );

    /// <summary>Returns the hash of its bytes, which are <paramref name="length"/> times the same.</summary>
    public async Task<string> AddCheckpointAsync(int team, Guid job, long step, byte content, int length = 100)
    {
        var hash = await PutAsync(team, content, length);
        await ExecuteAsync(
            $"""
            insert into checkpoints (job_id, step, team_id, epoch, fence, sha256, length_bytes)
            values ({job}, {step}, {team}, 1, 1, {hash}, {length})
            """
        );
        return hash;
    }

    public async Task<string> PutAsync(int team, byte content, int length = 100)
    {
        using var bytes = new MemoryStream([.. Enumerable.Repeat(content, length)]);
        return (await Jobs.Get<BlobStore>().PutAsync(team, bytes, Cancel)).Sha256;
    }

    /// <param name="step">Of the checkpoint that it was made of; null for what the job ended with.</param>
    public async Task AddVersionAsync(int team, Guid job, long? step, string onnx)
    {
        await using var db = Open();
        var model = db.Add(new Model { TeamId = team, Name = $"m-{Guid.NewGuid():N}" }).Entity;
        await db.SaveChangesAsync(Cancel);
        await ExecuteAsync(
            $"""
            insert into model_versions
                (model_id, version, team_id, job_id, checkpoint_step, onnx_sha256, weights_sha256, inputs, outputs, metrics, parity, state)
            values ({model.Id}, 1, {team}, {job}, {step}, {onnx}, '', '[]', '[]', '[]', '[]', 'ready')
            """
        );
    }

    public Task AddExportAsync(int team, Guid job, long step, string state, double days, string? hash = null) =>
        ExecuteAsync(
            $"""
            insert into checkpoint_exports (job_id, step, team_id, sha256, model_name, state, attempts, finished_at)
            values ({job}, {step}, {team}, {hash}, 'm', {state}, 1,
                case when {state} <> 'queued' then now() - make_interval(secs => {days * 86_400}) end)
            """
        );

    public Task AddAuditAsync(int team, double days) =>
        ExecuteAsync(
            $"""
            insert into audit (at, team_id, team, action, target_kind, target)
            values (now() - make_interval(secs => {days * 86_400}), {team}, 'x', 'key.create', 'key', 'y')
            """
        );

    /// <summary>Makes bytes older than they are.</summary>
    public Task AgeAsync(string hash, double days) =>
        ExecuteAsync($"update blobs set created_at = now() - make_interval(secs => {days * 86_400}) where sha256 = {hash}");

    public async Task ExecuteAsync(FormattableString sql)
    {
        await using var db = Open();
        await db.Database.ExecuteSqlAsync(sql, Cancel);
    }
}
