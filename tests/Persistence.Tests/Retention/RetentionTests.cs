using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Retention;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Tests.Retention;

/// <summary>What is old goes, in small batches, and what is needed stays.</summary>
public sealed class RetentionTests(RetentionBench bench) : IClassFixture<RetentionBench>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_and_metrics_go_some_time_after_their_job_has_ended_and_never_before()
    {
        var team = await bench.BeginAsync();
        var (old, middle) = (await bench.JobAsync(team, "succeeded", days: 181), await bench.JobAsync(team, "failed", days: 91));
        var (young, open) = (await bench.JobAsync(team, "cancelled", days: 89), await bench.JobAsync(team, "paused", days: null));
        foreach (var job in new[] { old, middle, young, open })
        {
            await bench.AddEventsAsync(team, job, 3);
            await bench.AddMetricsAsync(team, job, 5);
        }

        await bench.SweepAsync();
        await using var db = bench.Open();
        Assert.Equal(
            new[] { young, open }.Order(),
            await db.JobEvents.Where(row => row.TeamId == team).Select(row => row.JobId).Distinct().Order().ToListAsync(Cancel)
        );
        foreach (var job in new[] { middle, young, open })
            Assert.Equal((5, 1), await PointsAsync(db, job));
        Assert.Equal((0, 0), await PointsAsync(db, old));
        Assert.Equal(4, await db.Jobs.CountAsync(job => job.TeamId == team, Cancel));
    }

    [Fact]
    public async Task Checkpoints_of_failed_jobs_go_with_their_bytes_after_a_week_and_of_others_after_a_month()
    {
        var team = await bench.BeginAsync();
        byte content = 0;
        foreach (
            var (state, days) in new (string, double?)[]
            {
                ("failed", 8), ("cancelled", 8), ("succeeded", 31), // these go
                ("failed", 6), ("cancelled", 6), ("succeeded", 29), ("paused", null), ("queued", null),
            }
        )
            await bench.AddCheckpointAsync(team, await bench.JobAsync(team, state, days), 1, ++content);

        await bench.SweepAsync();
        await using var db = bench.Open();
        Assert.Equal(5, await db.Checkpoints.CountAsync(checkpoint => checkpoint.TeamId == team, Cancel));
        Assert.Equal(5, await db.Blobs.CountAsync(blob => blob.TeamId == team, Cancel));
        var kept = db.Blobs.Where(blob => blob.TeamId == team);
        Assert.Equal(5, await db.BlobChunks.CountAsync(chunk => kept.Any(blob => blob.Id == chunk.BlobId), Cancel));
    }

    [Fact]
    public async Task A_checkpoint_that_a_version_was_made_of_or_that_is_being_exported_stays()
    {
        var team = await bench.BeginAsync();
        var onnx = await bench.PutAsync(team, 200);
        var finished = await bench.JobAsync(team, "succeeded", days: 400);
        for (byte step = 1; step <= 4; step++)
            await bench.AddCheckpointAsync(team, finished, step, step);
        await bench.AddVersionAsync(team, finished, step: null, onnx);             // of the newest, 4
        await bench.AddVersionAsync(team, finished, step: 2, onnx);
        await bench.AddExportAsync(team, finished, step: 3, CheckpointExport.Queued, days: 0);
        var failed = await bench.JobAsync(team, "failed", days: 400);
        await bench.AddCheckpointAsync(team, failed, 7, 7);
        await bench.AddCheckpointAsync(team, failed, 8, 8);
        await bench.AddVersionAsync(team, failed, step: 7, onnx);

        var preview = await bench.PreviewAsync(team);
        var gone = await bench.SweepAsync();
        await using var db = bench.Open();
        Assert.Equal(
            [2, 3, 4, 7],
            await db.Checkpoints.Where(row => row.TeamId == team).Select(row => row.Step).Order().ToListAsync(Cancel)
        );
        Assert.Equal([new Removed(RetentionKind.FailedCheckpoints, 1, 100), new Removed(RetentionKind.FinishedCheckpoints, 1, 100)], gone);
        Assert.Equal(gone, preview.Where(each => each.Rows > 0));
        Assert.Equal(3, await db.ModelVersions.CountAsync(version => version.TeamId == team, Cancel));
    }

    [Fact]
    public async Task Bytes_that_something_else_has_too_stay_until_that_is_gone_and_are_counted_once()
    {
        var team = await bench.BeginAsync();
        var (failed, finished) = (await bench.JobAsync(team, "failed", days: 8), await bench.JobAsync(team, "succeeded", days: 31));
        var hash = await bench.AddCheckpointAsync(team, failed, 1, 1);
        await bench.AddCheckpointAsync(team, finished, 1, 1);
        var running = await bench.JobAsync(team, "running", days: null);
        await bench.AddCheckpointAsync(team, running, 1, 1);

        Assert.Equal(await TotalsAsync(team), Totals(await bench.SweepAsync()));
        await using var db = bench.Open();
        Assert.True(await db.Blobs.AnyAsync(blob => blob.TeamId == team && blob.Sha256 == hash, Cancel));

        // Two again, and the third has ended: each has a row, and the bytes go with the last.
        await bench.AddCheckpointAsync(team, failed, 1, 1);
        await bench.AddCheckpointAsync(team, finished, 1, 1);
        await bench.ExecuteAsync($"update jobs set state = 'failed', finished_at = now() - interval '9 days' where id = {running}");
        var preview = await TotalsAsync(team);
        Assert.Equal([new Removed(RetentionKind.FailedCheckpoints, 2, 0), new Removed(RetentionKind.FinishedCheckpoints, 1, 100)], preview);
        Assert.Equal(preview, Totals(await bench.SweepAsync()));
        Assert.False(await db.Blobs.AnyAsync(blob => blob.TeamId == team, Cancel));
    }

    [Fact]
    public async Task Exports_without_a_version_and_bytes_that_nothing_refers_to_go()
    {
        var team = await bench.BeginAsync();
        var job = await bench.JobAsync(team, "paused", days: null);
        var onnx = await bench.PutAsync(team, 1);
        var held = await bench.PutAsync(team, 2);
        var data = await bench.PutAsync(team, 3);
        var (loose, young) = (await bench.PutAsync(team, 4), await bench.PutAsync(team, 5));
        foreach (var old in new[] { onnx, held, data, loose })
            await bench.AgeAsync(old, days: 31);
        await bench.AddVersionAsync(team, job, step: 1, onnx);
        await bench.AddExportAsync(team, job, step: 1, CheckpointExport.Succeeded, days: 31);
        await bench.AddExportAsync(team, job, step: 2, CheckpointExport.Queued, days: 31, held);
        await bench.AddExportAsync(team, job, step: 3, CheckpointExport.Failed, days: 31);
        await bench.AddExportAsync(team, job, step: 4, CheckpointExport.Failed, days: 29);
        await bench.ExecuteAsync(
            $"""
            insert into data_sets (id, team_id, name, version, content, statistics, sha256, length_bytes)
            values ({Guid.NewGuid()}, {team}, 'd', 1, '[]', '[]', {data}, 100)
            """
        );

        var preview = await TotalsAsync(team);
        Assert.Equal(preview, Totals(await bench.SweepAsync()));
        Assert.Equal(2, Assert.Single(preview).Rows);
        await using var db = bench.Open();
        var kept = await db.Blobs.Where(blob => blob.TeamId == team).Select(blob => blob.Sha256).ToListAsync(Cancel);
        Assert.Equal(new[] { onnx, held, data, young }.ToHashSet(), kept.ToHashSet());
        Assert.Equal(
            [1, 2, 4],
            await db.CheckpointExports.Where(export => export.TeamId == team).Select(export => export.Step).Order().ToListAsync(Cancel)
        );
    }

    [Fact]
    public async Task Rows_of_the_audit_go_after_400_days_also_those_of_teams_that_are_gone()
    {
        var team = await bench.BeginAsync();
        await bench.AddAuditAsync(team, days: 399);
        await bench.AddAuditAsync(team, days: 401);
        await bench.AddAuditAsync(team: 999_999, days: 401);
        Assert.Equal(2, Totals(await bench.SweepAsync()).Single(each => each.Kind == RetentionKind.Audit).Rows);
        await using var db = bench.Open();
        Assert.Equal(1, await db.Audit.CountAsync(row => row.TeamId == team || row.TeamId == 999_999, Cancel));
    }

    [Fact]
    public async Task A_team_keeps_for_its_own_times_and_others_for_those_of_the_instance()
    {
        var (usual, own) = (await bench.BeginAsync(), await bench.BeginAsync());
        await bench.ExecuteAsync(
            $$"""
            insert into retention (team_id, settings) values ({{own}}, '{ "events": null, "metrics": "P2D", "audit": "P1D" }')
            """
        );
        foreach (var team in new[] { usual, own })
        {
            var job = await bench.JobAsync(team, "succeeded", days: 100);
            await bench.AddEventsAsync(team, job, 1);
            await bench.AddMetricsAsync(team, job, 1);
            await bench.AddAuditAsync(team, days: 100);
        }

        await bench.SweepAsync();
        await using var db = bench.Open();
        Assert.Equal((0, 1, 1), await LeftAsync(usual));
        Assert.Equal((1, 0, 1), await LeftAsync(own)); // the audit is kept no shorter

        async Task<(int Events, int Metrics, int Audit)> LeftAsync(int team) =>
            (
                await db.JobEvents.CountAsync(row => row.TeamId == team, Cancel),
                await db.Metrics.CountAsync(row => row.TeamId == team, Cancel),
                await db.Audit.CountAsync(row => row.TeamId == team, Cancel)
            );
    }

    [Fact]
    public async Task A_preview_tells_rows_and_bytes_of_each_kind_that_then_go_and_deletes_nothing()
    {
        var (team, other) = (await bench.BeginAsync(), await bench.BeginAsync());
        await FillAsync(team);
        var preview = await bench.PreviewAsync(team);
        Assert.Equal(RetentionKinds.All, preview.Select(each => each.Kind));
        Assert.All(preview, each => Assert.True(each is { Rows: > 0, Bytes: > 0 }, $"{each}"));
        Assert.All(await bench.PreviewAsync(other), each => Assert.Equal((0, 0), (each.Rows, each.Bytes)));

        var before = await CountsAsync(team);
        Assert.Equal(preview, Totals(await bench.SweepAsync()));
        Assert.Equal([150, 300, 3, 6, 1, 6 + 1, 4], before.Zip(await CountsAsync(team), (then, now) => then - now));
        Assert.All(await bench.PreviewAsync(team), each => Assert.Equal((0, 0), (each.Rows, each.Bytes)));
    }

    [Fact]
    public async Task No_statement_deletes_more_than_a_batch()
    {
        var team = await bench.BeginAsync();
        var job = await bench.JobAsync(team, "failed", days: 500);
        await bench.AddEventsAsync(team, job, 50);
        await bench.AddMetricsAsync(team, job, 30);
        await bench.AddCheckpointAsync(team, job, 1, 1, length: 70 * 512 * 1024 + 1); // more chunks than go at once
        for (var row = 0; row < 15; row++)
            await bench.AddAuditAsync(team, days: 500);

        var preview = await TotalsAsync(team);
        var batches = await bench.SweepAsync(batchRows: 7);
        Assert.All(batches, batch => Assert.InRange(batch.Rows, 1, 7));
        Assert.Equal(8, batches.Count(batch => batch.Kind == RetentionKind.Events));
        Assert.Equal(preview, Totals(batches));
        await using var db = bench.Open();
        Assert.False(await db.BlobChunks.AnyAsync(chunk => !db.Blobs.Any(blob => blob.Id == chunk.BlobId), Cancel));
    }

    [Fact]
    public async Task Maintenance_sweeps_and_then_not_again_for_an_hour()
    {
        var team = await bench.BeginAsync();
        var job = await bench.JobAsync(team, "succeeded", days: 91);
        await bench.AddEventsAsync(team, job, 3);
        var maintenance = bench.Jobs.Create<Maintenance>();
        await maintenance.TickAsync(Cancel);
        await using var db = bench.Open();
        Assert.Equal(0, await db.JobEvents.CountAsync(row => row.TeamId == team, Cancel));

        await bench.AddEventsAsync(team, job, 3);
        await maintenance.TickAsync(Cancel);
        Assert.Equal(3, await db.JobEvents.CountAsync(row => row.TeamId == team, Cancel));
    }

    [Fact]
    public async Task Every_column_with_the_hash_of_a_blob_keeps_the_blob()
    {
        await using var db = bench.Open();
        var columns = await db
            .Database.SqlQuery<string>(
                $"""
                select table_name || '.' || column_name as "Value" from information_schema.columns
                where table_schema = 'public' and column_name like '%sha256%'
                """
            )
            .ToListAsync(Cancel);
        var others = columns.Except(["blobs.sha256", "model_versions.weights_sha256"]);
        Assert.All(
            others,
            column =>
            {
                var (table, name) = (column.Split('.')[0], column.Split('.')[1]);
                var condition = $@"from {table} (\w) where \1\.team_id = blobs\.team_id and \1\.{name} = blobs\.sha256";
                Assert.Matches(condition, BlobReferences.None);
            }
        );
    }

    /// <summary>Three jobs that ended long ago, with all that a job leaves.</summary>
    private async Task FillAsync(int team)
    {
        byte content = 0;
        foreach (var state in new[] { "failed", "cancelled", "succeeded" })
        {
            var job = await bench.JobAsync(team, state, days: 500);
            await bench.AddEventsAsync(team, job, 50);
            await bench.AddMetricsAsync(team, job, 100);
            await bench.AddCheckpointAsync(team, job, 1, ++content, length: 1000);
            await bench.AddCheckpointAsync(team, job, 2, ++content, length: 2000);
            if (state == "failed")
                await bench.AddExportAsync(team, job, 1, CheckpointExport.Failed, days: 500);
        }

        await bench.AgeAsync(await bench.PutAsync(team, 99), days: 500);
        for (var row = 0; row < 4; row++)
            await bench.AddAuditAsync(team, days: 500);
    }

    private async Task<int[]> CountsAsync(int team)
    {
        await using var db = bench.Open();
        return
        [
            await db.JobEvents.CountAsync(row => row.TeamId == team, Cancel),
            await db.Metrics.CountAsync(row => row.TeamId == team, Cancel),
            await db.MetricRollups.CountAsync(row => row.TeamId == team, Cancel),
            await db.Checkpoints.CountAsync(row => row.TeamId == team, Cancel),
            await db.CheckpointExports.CountAsync(row => row.TeamId == team, Cancel),
            await db.Blobs.CountAsync(row => row.TeamId == team, Cancel),
            await db.Audit.CountAsync(row => row.TeamId == team, Cancel),
        ];
    }

    private static async Task<(int Points, int Rollups)> PointsAsync(ConcatDb db, Guid job) =>
        (await db.Metrics.CountAsync(row => row.JobId == job, Cancel), await db.MetricRollups.CountAsync(row => row.JobId == job, Cancel));

    private async Task<List<Removed>> TotalsAsync(int team) => Totals(await bench.PreviewAsync(team));

    /// <summary>By kind, without those of which nothing goes.</summary>
    private static List<Removed> Totals(IEnumerable<Removed> batches) =>
        [
            .. batches
                .GroupBy(batch => batch.Kind)
                .OrderBy(kind => kind.Key)
                .Select(kind => new Removed(kind.Key, kind.Sum(batch => batch.Rows), kind.Sum(batch => batch.Bytes)))
                .Where(kind => kind.Rows > 0),
        ];
}
