using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ConcatService.Api.Tests;

namespace ConcatService.Worker.Tests;

/// <summary>
/// Three networks of the gallery all the way, each over HTTP against the real Api, worker and PostgreSQL: diagnosed, repaired, trained for
/// one epoch on generated pictures, exported and compared, served and asked.
/// </summary>
[TestClass(DisableParallelization = true)]         // each test starts processes: two at once would measure each other
public sealed class RepairedNetworkTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);                // alone on two cores a tenth of it is needed

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pooling_that_reads_the_other_layout_is_named_and_reads_the_specs_after_the_repair()
    {
        var (report, repaired) = await RepairAsync("mixed-layout-refused", "data-format-pooled");
        var error = Assert.Single(report.GetProperty("diagnostics").EnumerateArray());
        Assert.Equal(
            ("mixed_layout", "pooled"),
            (error.GetProperty("cause").GetProperty("kind").GetString(), error.GetProperty("cause").GetProperty("layer").GetString())
        );
        Assert.Equal(
            [
                ["N", 32, 14, 28],
                ["N", 128, 14, 14],
            ],
            error.GetProperty("inputs").EnumerateArray().Select(input => Values(input.GetProperty("shape")))
        );
        Assert.Equal(["N", 192, 14, 14], ShapeOf(repaired.GetProperty("report"), "merge"));

        await TrainAndAskAsync(repaired.GetProperty("spec"), "shapes-rgb-28", [3, 28, 28], """{ "epochs": 1, "batch_size": 64 }""");
    }

    [Fact]
    public async Task A_concat_to_192_channels_and_a_1x1_convolution_to_128_are_as_they_should_be()
    {
        var spec = (await api.GetAsync("/v1/gallery/concat-then-1x1")).Json;
        var report = (await api.PostAsync("/v1/architectures/validate", spec.GetRawText())).Json;
        Assert.True(report.GetProperty("valid").GetBoolean());
        Assert.Equal(0, report.GetProperty("diagnostics").GetArrayLength());
        Assert.Equal(["N", 192, 28, 28], ShapeOf(report, "merge"));
        Assert.Equal(
            24_704,
            report
                .GetProperty("layers")
                .EnumerateArray()
                .Single(layer => layer.GetProperty("name").GetString() == "mix")
                .GetProperty("parameters")
                .GetInt64()
        );

        await TrainAndAskAsync(spec, "shapes-rgb-28", [3, 28, 28], """{ "epochs": 1, "batch_size": 64 }""");
    }

    [Fact]
    public async Task Three_scales_of_a_large_channels_last_picture_are_named_and_learn_after_the_repair()
    {
        var (report, repaired) = await RepairAsync("three-scales-refused", "resample-to-fine");
        var message = Assert.Single(report.GetProperty("diagnostics").EnumerateArray()).GetProperty("message").GetString()!;
        Assert.All(new[] { "56x56", "112x112", "28x28" }, size => Assert.Contains(size, message, StringComparison.Ordinal));
        Assert.Equal(["N", 112, 112, 448], ShapeOf(repaired.GetProperty("report"), "merge"));

        await TrainAndAskAsync(
            repaired.GetProperty("spec"),
            "shapes-rgb-224",
            [224, 224, 3],
            """{ "epochs": 1, "batch_size": 5, "optimizer": { "type": "adamw", "lr": 0.002 }, "schedule": { "type": "constant" } }"""
        );
    }

    /// <summary>The report of a refused gallery spec, and what the service made of it by this one fix.</summary>
    private async Task<(JsonElement Report, JsonElement Repaired)> RepairAsync(string sample, string fix)
    {
        var spec = (await api.GetAsync($"/v1/gallery/{sample}")).Body;
        var report = (await api.PostAsync("/v1/architectures/validate", spec)).Json;
        Assert.False(report.GetProperty("valid").GetBoolean());
        var repaired = (await api.PostAsync("/v1/architectures/repair", spec)).Json;
        Assert.Equal(
            [fix],
            repaired.GetProperty("applied").EnumerateArray().Select(applied => applied.GetProperty("fix").GetProperty("id").GetString())
        );
        Assert.True(repaired.GetProperty("report").GetProperty("valid").GetBoolean());
        Assert.Equal(0, repaired.GetProperty("report").GetProperty("diagnostics").GetArrayLength());
        return (report, repaired);
    }

    private async Task TrainAndAskAsync(JsonElement spec, string dataset, int[] picture, string settings)
    {
        await using var worker = WorkerProcess.StartReal(api.Database.ConnectionString);
        var name = spec.GetProperty("name").GetString()!;
        var created = await api.PostAsync(
            "/v1/jobs",
            $$"""{ "architecture": {{spec.GetRawText()}}, "dataset": "{{dataset}}", "settings": {{settings}} }"""
        );
        Assert.True(created.Status == 202, created.Body);
        var job = await UntilDoneAsync(created.Headers["Location"]);
        Assert.True(job.GetProperty("state").GetString() == "succeeded", job.GetRawText());
        Assert.Equal(0, job.GetProperty("result").GetProperty("parity").GetProperty("changed_classes").GetInt32());
        Assert.InRange(await LastOverFirstLossAsync(created.Headers["Location"]), 0, 0.98);

        Assert.Equal(200, (await api.GetAsync($"/v1/models/{name}/onnx")).Status);
        var pixels = string.Join(',', Enumerable.Repeat("0.5", picture.Aggregate(1, (product, side) => product * side)));
        var answer = (await api.PostAsync($"/v1/models/{name}/predict", $$"""{ "instances": [ [ {{pixels}} ] ] }""")).Json;
        Assert.Equal(
            1,
            answer.GetProperty("predictions")[0].GetProperty("probabilities").EnumerateObject().Sum(each => each.Value.GetDouble()),
            1e-5
        );
        Assert.Equal(10, answer.GetProperty("predictions")[0].GetProperty("probabilities").EnumerateObject().Count());
    }

    private async Task<JsonElement> UntilDoneAsync(string job)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            var answer = (await api.GetAsync(job)).Json;
            if (answer.GetProperty("state").GetString() is "succeeded" or "failed" or "cancelled")
                return answer;
            Assert.True(Stopwatch.GetElapsedTime(began) < Patience, $"waited {Patience} and the job is {answer.GetProperty("state")}");
            await Task.Delay(50, Cancel);
        }
    }

    /// <summary>The mean loss of the last third of the steps as a part of the first third's.</summary>
    private async Task<double> LastOverFirstLossAsync(string job)
    {
        var losses = (await api.GetAsync($"{job}/metrics?name=train_loss"))
            .Json.GetProperty("series")[0]
            .GetProperty("values")
            .EnumerateArray()
            .Select(value => value.GetDouble())
            .ToList();
        var (first, last) = (losses.Take(losses.Count / 3).Average(), losses.TakeLast(losses.Count / 3).Average());
        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"loss {first:F3} to {last:F3} in {losses.Count} steps")
        );
        return last / first;
    }

    private static object[] ShapeOf(JsonElement report, string layer) =>
        Values(
            report
                .GetProperty("layers")
                .EnumerateArray()
                .Single(row => row.GetProperty("name").GetString() == layer)
                .GetProperty("output_shape")
        );

    private static object[] Values(JsonElement shape) =>
        [.. shape.EnumerateArray().Select(dim => dim.ValueKind == JsonValueKind.Number ? dim.GetInt32() : (object)dim.GetString()!)];
}
