using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Jobs;
using ConcatService.Persistence.Models;
using ConcatService.Persistence.Queue;
using ConcatService.Persistence.Storage;
using ConcatService.Persistence.Tests.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Worker.Tests;

/// <summary>The product's worker on jobs as the Api queues them.</summary>
[TestClass(DisableParallelization = true)]         // each test starts processes: two at once would measure each other
public sealed class TrainJobTests(JobBench bench) : WorkerTest(bench), IClassFixture<JobBench>
{
    private const string Spec = """
        { "name": "two-branch", "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": "same", "activation": "relu" },
            { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 4, "kernel_size": 3, "stride": 2, "padding": "same" },
            { "name": "coarse", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2 },
            { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
            { "type": "global_avg_pool" },
            { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    [Fact]
    public async Task A_job_whose_trainer_is_killed_ends_with_a_proven_model_and_no_metric_twice()
    {
        await using var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString));
        var id = await QueueAsync(NewJob("""{ "epochs": 2, "precision": "float32" }"""));
        await UntilAsync(id, found => found.Step >= 5);
        KillNine(Assert.Single(await AttemptsAsync(id)).ProcessId);

        var job = await UntilAsync(id, JobState.Succeeded);
        Assert.Equal(2, (await AttemptsAsync(id)).Count);
        Assert.Equal(0, job.Result!.Value.GetProperty("parity").GetProperty("changed_classes").GetInt32());
        Assert.Equal("cpu", job.Environment!.Value.GetProperty("device").GetString());
        Assert.Equal("float32", job.ResolvedSettings!.Value.GetProperty("precision").GetString());

        await using var db = Bench.Open();
        var loss = await db.MetricNames.Where(name => name.Name == "train_loss").Select(name => name.Id).SingleAsync(Cancel);
        var steps = await db
            .Metrics.Where(metric => metric.JobId == id && metric.MetricId == loss)
            .OrderBy(metric => metric.Step)
            .Select(metric => metric.Step)
            .ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(1, 112).Select(step => (long)step), steps);

        var version = await db.ModelVersions.SingleAsync(found => found.JobId == id, Cancel);
        Assert.True(
            JsonElement.DeepEquals(
                JsonElement.Parse("""[{ "name": "image", "datatype": "FP32", "shape": [-1, 1, 28, 28] }]"""),
                version.Inputs
            ),
            version.Inputs.GetRawText()
        );
        var answers = await db.JobAnswers.SingleAsync(found => found.JobId == id, Cancel);
        var rows = answers.Outputs[0].GetProperty("confusion_matrix").EnumerateArray();
        var matrix = rows.Select(row => row.EnumerateArray().ToArray()).ToList();
        Assert.Equal(
            Math.Round(job.Result.Value.GetProperty("test_accuracy").GetDouble() * matrix.Sum(row => row.Sum(each => each.GetInt64()))),
            matrix.Select((row, i) => row[i].GetInt64()).Sum()
        );
        Assert.Equal(answers.PictureSamples!.Length * 28 * 28, answers.Pictures!.Length);
        using var onnx = new MemoryStream();
        Assert.True(await Bench.Get<BlobStore>().CopyToAsync(Bench.TeamId, version.OnnxSha256, onnx, Cancel));
        Assert.NotEqual(0, onnx.Length);
    }

    [Fact]
    public async Task A_job_that_is_killed_paused_and_thrown_out_ends_with_the_bits_of_an_undisturbed_one()
    {
        const string settings = """{ "epochs": 3, "precision": "float32", "threads": 1, "checkpoint_every_seconds": 0 }""";
        Guid calm, rough;
        await using (var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString)))
        {
            calm = await QueueAsync(NewJob(settings));
            await UntilAsync(calm, JobState.Succeeded);

            rough = await QueueAsync(NewJob(settings));
            await UntilAsync(rough, found => found.LastCheckpointStep >= 5);
            KillNine((await AttemptsAsync(rough))[^1].ProcessId);
            await UntilAsync(rough, found => found.Attempt == 2 && found.LastCheckpointStep >= 30);

            await using var db = Bench.Open();
            var control = new JobControl(db, Bench.Transitions, Bench.Get<JobQueue>());
            Assert.Equal(JobState.Pausing, await control.PauseAsync(Bench.TeamId, rough, Cancel));
            var paused = await UntilAsync(rough, JobState.Paused);
            Assert.Equal(paused.Step, paused.LastCheckpointStep);                       // nothing that was told is lost
            Assert.Equal(0, paused.AttemptsSinceCheckpoint);
            await control.ResumeAsync(Bench.TeamId, rough, Cancel);
            await UntilAsync(rough, found => found.Attempt == 3 && found.LastCheckpointStep > paused.LastCheckpointStep + 10);
            Assert.Equal(0, await worker.StopAsync());
        }

        var left = await Bench.ReadAsync(rough);
        Assert.Equal((JobState.Queued, 0), (left.State, left.AttemptsSinceCheckpoint));
        Assert.Equal(left.Step, left.LastCheckpointStep);
        await using var next = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString));
        await UntilAsync(rough, JobState.Succeeded);
        Assert.Equal(4, (await AttemptsAsync(rough)).Count);
        Assert.Equal(await ResultAsync(calm), await ResultAsync(rough));
    }

    [Fact]
    public async Task A_branch_that_is_dead_is_named_from_the_series_of_its_job()
    {
        var spec = Spec.Replace(
                "\"inputs\": [\"fine\", \"coarse\"] }",
                "\"inputs\": [\"fine\", \"coarse\", \"none\"] }",
                StringComparison.Ordinal
            )
            .Replace(
                "{ \"name\": \"merge\"",
                "{ \"name\": \"none\", \"type\": \"subtract\", \"inputs\": [\"coarse\", \"coarse\"] }, { \"name\": \"merge\"",
                StringComparison.Ordinal
            );
        await using var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString));
        var id = await QueueAsync(NewJob("""{ "epochs": 2, "precision": "float32", "telemetry": "dense" }""", spec));
        var job = await UntilAsync(id, JobState.Succeeded);

        var node = Assert.Single(ConcatNode.Of(Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Plan!));
        await using var db = Bench.Open();
        var series = (
            await db
                .Metrics.Where(metric => metric.JobId == id)
                .Join(
                    db.MetricNames,
                    metric => metric.MetricId,
                    name => name.Id,
                    (metric, name) =>
                        new
                        {
                            name.Name,
                            metric.Step,
                            metric.Value,
                        }
                )
                .ToListAsync(Cancel)
        ).OrderBy(metric => metric.Step).ToLookup(metric => metric.Name);
        var verdicts = Verdicts.Of(
            node,
            (branch, signal) => [.. series[signal.SeriesOf(node, branch)].Select(metric => metric.Value)]
        );
        Assert.Equal("dead", Assert.Single(verdicts[2]).Code);
        Assert.Equal((0, 0), (verdicts[0].Count, verdicts[1].Count));
        Assert.Equal(
            Enumerable.Range(1, 14).Select(sample => sample * 8L),
            series["concat/merge/fine/gradient_rms"].Select(metric => metric.Step)
        );
        Assert.InRange(job.Result!.Value.GetProperty("telemetry_overhead").GetDouble(), 1e-6, 1);
    }

    [Fact]
    public async Task Checkpoints_of_a_running_and_an_ended_job_become_proven_versions_without_changing_a_bit_of_the_job()
    {
        const string settings = """{ "epochs": 2, "precision": "float32", "threads": 1, "checkpoint_every_seconds": 0, "ema": {} }""";
        await using var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString));
        var calm = await QueueAsync(NewJob(settings));
        await UntilAsync(calm, JobState.Succeeded);

        var watched = await QueueAsync(NewJob(settings));
        var exports = Bench.Get<CheckpointExports>();
        await using var db = Bench.Open();
        await UntilAsync(watched, found => found.LastCheckpointStep >= 5);
        var early = await RequestAsync(watched, checkpoints => checkpoints.First());
        await UntilAsync(watched, JobState.Succeeded);
        var late = await RequestAsync(watched, checkpoints => checkpoints.Last());
        await EventuallyAsync(
            async () =>
                await db.CheckpointExports.AsNoTracking().CountAsync(export => export.JobId == watched && export.State != "queued", Cancel)
                == 2,
            "both are exported"
        );

        Assert.Equal(await ResultAsync(calm), await ResultAsync(watched));
        var made = await db
            .ModelVersions.Where(version => version.JobId == watched && version.CheckpointStep != null)
            .OrderBy(version => version.CheckpointStep)
            .ToListAsync(Cancel);
        Assert.Equal([early, late], made.Select(version => version.CheckpointStep!.Value));
        Assert.All(made, version => Assert.Equal(0, version.Parity.GetProperty("changed_classes").GetInt32()));
        Assert.All(
            made,
            version =>
                Assert.True(
                    version.Metrics.TryGetProperty("validation_accuracy", out _) && !version.Metrics.TryGetProperty("test_accuracy", out _)
                )
        );
        Assert.NotEqual(made[0].WeightsSha256, made[1].WeightsSha256);

        async Task<long> RequestAsync(Guid id, Func<List<long>, long> which)
        {
            while (true)
            {
                var step = which(
                    await db
                        .Checkpoints.Where(kept => kept.JobId == id)
                        .OrderBy(kept => kept.Step)
                        .Select(kept => kept.Step)
                        .ToListAsync(Cancel)
                );
                await exports.RequestAsync(Bench.TeamId, id, step, Cancel);
                if (await db.CheckpointExports.AnyAsync(export => export.JobId == id && export.Step == step, Cancel))
                    return step;                                // otherwise the job has let go of it meanwhile
            }
        }
    }

    [Fact]
    public async Task A_job_that_no_worker_was_there_to_judge_is_refused_by_the_one_that_claims_it()
    {
        var id = await QueueAsync(
            NewJob(
                """{ "epochs": 1, "batch_size": 2048 }""",
                Spec.Replace("4, \"kernel_size\": 3, \"padding\"", "16384, \"kernel_size\": 3, \"padding\"", StringComparison.Ordinal)
            )
        );
        await using var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString));

        var job = await UntilAsync(id, JobState.Failed);
        Assert.Equal(
            ("resource", "memory_exceeded"),
            (job.Error!.Value.GetProperty("class").GetString(), job.Error!.Value.GetProperty("code").GetString())
        );
        var details = job.Error!.Value.GetProperty("details");
        Assert.True(details.GetProperty("predicted_bytes").GetInt64() > details.GetProperty("available_bytes").GetInt64());
        Assert.Single(await AttemptsAsync(id));
        Assert.Equal(0, job.Step);
    }

    [Fact]
    public async Task A_training_that_diverges_fails_as_the_callers_with_the_step()
    {
        await using var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString));
        var id = await QueueAsync(
            NewJob(
                """{ "epochs": 2, "precision": "float32", "optimizer": { "type": "sgd", "lr": 100 }, "schedule": { "type": "constant" } }"""
            )
        );
        var job = await UntilAsync(id, JobState.Failed);
        Assert.Equal("user", job.Error!.Value.GetProperty("class").GetString());
        Assert.Equal("diverged", job.Error!.Value.GetProperty("code").GetString());
        Assert.InRange(job.Error!.Value.GetProperty("details").GetProperty("step").GetInt32(), 1, 112);
    }

    /// <summary>The weights and every loss. What was sampled when depends on time.</summary>
    private async Task<(string? Weights, string Losses)> ResultAsync(Guid id)
    {
        await using var db = Bench.Open();
        var names = await db
            .MetricNames.Where(name =>
                !name.Name.Contains("per_second") && !EF.Functions.Like(name.Name, "%/%") && name.Name != "telemetry_overhead"
            )
            .Select(name => name.Id)
            .ToListAsync(Cancel);
        var values = await db
            .Metrics.Where(metric => metric.JobId == id && names.Contains(metric.MetricId))
            .OrderBy(metric => metric.MetricId)
            .ThenBy(metric => metric.Step)
            .ToListAsync(Cancel);
        return (
            (await Bench.ReadAsync(id)).Result!.Value.GetProperty("weights_sha256").GetString(),
            string.Join('\n', values.Select(metric => $"{metric.MetricId} {metric.Step} {metric.Value:R}"))
        );
    }

    private Job NewJob(string settings, string spec = Spec) => new()
    {
        TeamId = Bench.TeamId,
        Name = "two-branch",
        Spec = spec,
        Dataset = "two-scale",
        Settings = JsonElement.Parse(settings),
        ModelName = "two-branch",
        Queue = Queues.For("normal"),
    };
}
