using System.Text.Json;
using ConcatService.Api.Tests.Jobs;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
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
        var steps = await db.Metrics.Where(metric => metric.JobId == id && metric.MetricId == loss).OrderBy(metric => metric.Step).Select(metric => metric.Step).ToListAsync(Cancel);
        Assert.Equal(Enumerable.Range(1, 112).Select(step => (long)step), steps);

        var version = await db.ModelVersions.SingleAsync(Cancel);
        Assert.True(JsonElement.DeepEquals(JsonElement.Parse("""[{ "name": "image", "datatype": "FP32", "shape": [-1, 1, 28, 28] }]"""), version.Inputs), version.Inputs.GetRawText());
        using var onnx = new MemoryStream();
        Assert.True(await Bench.Get<BlobStore>().CopyToAsync(Bench.TeamId, version.OnnxSha256, onnx, Cancel));
        Assert.NotEqual(0, onnx.Length);
    }

    [Fact]
    public async Task A_training_that_diverges_fails_as_the_callers_with_the_step()
    {
        await using var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString));
        var id = await QueueAsync(NewJob("""{ "epochs": 2, "precision": "float32", "optimizer": { "type": "sgd", "lr": 100 }, "schedule": { "type": "constant" } }"""));
        var job = await UntilAsync(id, JobState.Failed);
        Assert.Equal("user", job.Error!.Value.GetProperty("class").GetString());
        Assert.Equal("diverged", job.Error!.Value.GetProperty("code").GetString());
        Assert.InRange(job.Error!.Value.GetProperty("details").GetProperty("step").GetInt32(), 1, 112);
    }

    private Job NewJob(string settings) => new()
    {
        TeamId = Bench.TeamId,
        Name = "two-branch",
        Spec = Spec,
        Dataset = "two-scale",
        Settings = JsonElement.Parse(settings),
        ModelName = "two-branch",
        Queue = Queues.For("normal"),
    };
}
