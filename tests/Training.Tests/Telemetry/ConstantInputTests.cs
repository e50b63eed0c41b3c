using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using Xunit;

namespace ConcatService.Training.Tests.Telemetry;

/// <summary>An input that is the same in every sample, behind norms.</summary>
[Collection("libtorch")]
public sealed class ConstantInputTests(ITestOutputHelper output)
{
    internal const string Spec = """
        { "inputs": { "image": { "shape": [1, 28, 28] }, "facts": { "shape": [8] } }, "layers": [
            { "name": "conv", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 5, "stride": 2,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "deep", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "stride": 2, "norm": "batch_norm",
              "activation": "relu" },
            { "name": "picture", "type": "global_avg_pool" },
            { "name": "f1", "type": "linear", "inputs": ["facts"], "out_features": 32, "norm": "batch_norm", "activation": "relu" },
            { "name": "f2", "type": "linear", "out_features": 32, "norm": "batch_norm", "activation": "relu" },
            { "name": "table", "type": "linear", "out_features": 16, "norm": "batch_norm", "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["picture", "table"] },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    [Theory]
    [InlineData("float32", 1), InlineData("float32", 3), InlineData("bfloat16", 1), InlineData("bfloat16", 2)]
    public void A_constant_input_behind_norms_leaves_the_other_branch_at_work(string precision, int seed)
    {
        using var data = TwoView.Generate(BuiltInDataSets.Find("two-view")! with { TrainSamples = 2560, TestSamples = 512 });
        foreach (var split in new[] { data.Train, data.Test })
            split.Inputs[1].fill_(5.3f);
        var epochs = new List<TrainingReport.EpochDone>();
        var outcome = TrainingRun.Execute(
            TestTraining.Plan(Spec),
            TestTraining.Settings(
                $$"""
                { "epochs": 4, "batch_size": 64, "threads": 1, "precision": "{{precision}}", "seed": {{seed}}, "telemetry": "dense" }
                """
            ),
            data,
            new Dictionary<string, string>(),
            report =>
        {
            if (report is TrainingReport.EpochDone epoch)
                epochs.Add(epoch);
        }, TestContext.Current.CancellationToken);
        output.WriteLine(outcome is Outcome.NotEqual different ? different.Message : "");
        foreach (var epoch in epochs)
            output.WriteLine($"{epoch.Train} | {epoch.Validation}");

        var result = Assert.IsType<Outcome.Finished>(outcome).Result;
        output.WriteLine($"test {result.Test}, parity {result.Parity}");
        Assert.All(epochs, epoch => Assert.InRange(epoch.Validation!.Loss, 0, 2));               // it was up to 3918
        Assert.InRange(result.TestLoss, 0, 2);
    }
}
