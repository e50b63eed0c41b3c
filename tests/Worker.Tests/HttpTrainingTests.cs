using System.Text.Json;
using ConcatService.Api.Tests;

namespace ConcatService.Worker.Tests;

/// <summary>From an HTTP call to a model with a sensible score: the Api's host, the product's worker, generated data.</summary>
[TestClass(DisableParallelization = true)]         // each test starts processes: two at once would measure each other
public sealed class HttpTrainingTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string TwoInputs = """
        { "name": "two-inputs", "inputs": { "image": { "shape": [1, 28, 28] }, "facts": { "shape": [8] } }, "layers": [
            { "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 5, "stride": 2, "padding": "same",
              "norm": "batch_norm", "activation": "relu" },
            { "type": "conv2d", "out_channels": 16, "kernel_size": 5, "stride": 2, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "name": "flat", "type": "flatten" },
            { "name": "known", "type": "linear", "inputs": ["facts"], "out_features": 16, "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["flat", "known"] },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    private const string Pixels = """
        { "name": "pixels", "inputs": { "image": { "shape": [1, 32, 32] } }, "layers": [
            { "name": "fine", "type": "conv2d", "out_channels": 12, "kernel_size": 3, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "type": "max_pool2d", "kernel_size": 2 },
            { "type": "conv2d", "out_channels": 16, "kernel_size": 5, "padding": "same", "norm": "batch_norm", "activation": "relu" },
            { "type": "conv2d", "out_channels": 16, "kernel_size": 5, "padding": "same", "norm": "batch_norm", "activation": "relu" },
            { "name": "up", "type": "upsample", "scale_factor": 2 },
            { "name": "merge", "type": "concat", "inputs": ["fine", "up"] },
            { "name": "mask", "type": "conv2d", "out_channels": 3, "kernel_size": 3, "padding": "same" } ] }
        """;

    private const string Rows = """
        { "name": "rows", "inputs": { "x": { "shape": [10] } }, "layers": [
            { "type": "linear", "out_features": 32, "activation": "relu" },
            { "name": "deep", "type": "linear", "out_features": 32, "activation": "relu" },
            { "name": "both", "type": "concat", "inputs": ["x", "deep"] },
            { "name": "y", "type": "linear", "out_features": 1 } ] }
        """;

    [Fact]
    public async Task Two_inputs_a_mask_and_a_number_are_learned_and_served()
    {
        await using var worker = WorkerProcess.StartReal(api.Database.ConnectionString);
        var (two, mask, number) = (
            await PostAsync(TwoInputs, "two-view", """{ "epochs": 5, "batch_size": 64 }"""),
            await PostAsync(Pixels, "segments", """{ "epochs": 8, "batch_size": 16, "optimizer": { "type": "adamw", "lr": 0.01 } }"""),
            await PostAsync(Rows, "tabular", """{ "epochs": 20, "optimizer": { "type": "adamw", "lr": 0.02 } }"""));

        Assert.InRange(await ScoreAsync(two, "accuracy"), 0.85, 1);                     // one input alone: 0.5
        Assert.InRange(await ScoreAsync(mask, "mean_iou"), 0.7, 1);                     // background alone: 0.27
        Assert.InRange(await ScoreAsync(number, "r2"), 0.85, 0.97);                     // the noise leaves 0.96

        var zeros = string.Join(',', Enumerable.Repeat(0, 10));
        var answer = await api.PostAsync(
            "/v2/models/rows/infer",
            $$"""{ "inputs": [ { "name": "x", "shape": [1, 10], "datatype": "FP32", "data": [{{zeros}}] } ] }"""
        );
        Assert.Equal("[1,1]", answer.Json.GetProperty("outputs")[0].GetProperty("shape").GetRawText());
    }

    private async Task<string> PostAsync(string spec, string dataset, string settings)
    {
        var answer = await api.PostAsync(
            "/v1/jobs",
            $$"""{ "architecture": {{spec}}, "dataset": "{{dataset}}", "settings": {{settings}} }"""
        );
        Assert.True(answer.Status == 202, answer.Body);
        return answer.Headers["Location"];
    }

    /// <summary>A metric of the test split, when the job has succeeded; what it needed of memory was about what was predicted.</summary>
    private async Task<double> ScoreAsync(string location, string metric)
    {
        JsonElement job = default;
        await WorkerTest.EventuallyAsync(
            async () => (job = (await api.GetAsync(location)).Json).GetProperty("state").GetString() is "succeeded" or "failed",
            "the job ends"
        );
        Assert.True(job.GetProperty("state").GetString() == "succeeded", job.GetRawText());
        var (peak, predicted) = (
            job.GetProperty("result").GetProperty("peak_memory_bytes").GetDouble(),
            job.GetProperty("predicted_memory_bytes").GetDouble()
        );
        TestContext.Current.TestOutputHelper!.WriteLine($"{location}: peak {peak / 1e6:N0} MB, predicted {predicted / 1e6:N0} MB");
        Assert.InRange(peak / predicted, 0.5, 1.5);
        return job.GetProperty("result").GetProperty("test").GetProperty("metrics").GetProperty(metric).GetDouble();
    }
}
