using ConcatService.Domain.Data;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Data;
using ConcatService.Training.Telemetry;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Telemetry;

/// <summary>A picture and a table that each tell a half of the class, and the same beside noise: what each branch is worth.</summary>
[Collection("libtorch")]
public sealed class CounterfactualTests(ITestOutputHelper output)
{
    internal const string TwoInputs = """
        { "inputs": { "image": { "shape": [1, 28, 28] }, "facts": { "shape": [8] } }, "layers": [
            { "name": "conv", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 5, "stride": 2,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "deep", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "stride": 2, "norm": "batch_norm",
              "activation": "relu" },
            { "name": "picture", "type": "global_avg_pool" },
            { "name": "table", "type": "linear", "inputs": ["facts"], "out_features": 16, "norm": "batch_norm", "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["picture", "table"] },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    [Fact]
    public void Two_branches_that_are_both_needed_have_intervals_above_0_and_no_verdict()
    {
        var (watched, findings) = Train(TwoInputs, noise: false);

        Assert.DoesNotContain(watched.Verdicts(), found => found.Code is "unused" or "dominating" or "redundant_pair" or "noise");
        Assert.Empty(findings);
        foreach (var branch in watched.Nodes[0].Branches)
        {
            var signals = Last(watched, Signals.Shuffle.LossLow.SeriesOf(watched.Nodes[0], branch));
            Assert.InRange(signals, 0.05, 10);
            Assert.InRange(Last(watched, Signals.Shuffle.AccuracyHigh.SeriesOf(watched.Nodes[0], branch)), -1, -0.05);
        }
    }

    [Fact]
    public void Noise_in_a_network_of_two_branches_is_unused_and_the_other_branch_dominates()
    {
        var (watched, findings) = Train(TwoInputs, noise: true);

        Assert.Contains(watched.Verdicts(), found => found is ("table", "unused" or "noise"));
        Assert.Contains(("picture", "dominating"), watched.Verdicts());
        var told = findings.First(finding => finding.Code is "unused" or "noise" && Equals(finding.Figures["branch"], "table"));
        Assert.Equal(("verdict", "merge", "table", "standing"), (told.Type, told.Layer, told.Figures["branch"], told.Figures["state"]));
    }

    [Theory]
    [InlineData("float32"), InlineData("bfloat16")]
    public void The_weights_are_the_same_to_the_bit_with_and_without(string precision)
    {
        string Hash(string telemetry) =>
            Assert.IsType<Outcome.Finished>(Watched.Train(Watched.Healthy, precision, telemetry).Outcome).Result.WeightsSha256;

        Assert.Equal(Hash("off"), Hash("dense"));
    }

    [Fact]
    public void A_change_has_the_interval_of_students_t()
    {
        var change = PairedChange.Of([1, 2, 3, 4, 5, 6, 7, 8], [2, 2, 4, 4, 6, 6, 8, 8]);

        Assert.Equal(0.5, change.Mean, 1e-12);                                                  // deviation 0.5345, t(7) 2.3646: ± 0.4469
        Assert.Equal(0.0531, change.Low, 1e-3);
        Assert.Equal(0.9469, change.High, 1e-3);
    }

    private static double Last(Watched watched, string series) =>
        watched.Samples.Last(sample => sample.Signals.ContainsKey(series)).Signals[series];

    private (Watched, List<TrainingReport.Finding>) Train(string spec, bool noise)
    {
        using var data = TwoView.Generate(BuiltInDataSets.Find("two-view")! with { TrainSamples = 2560, TestSamples = 512 });
        if (noise)
        {
            random.manual_seed(5);
            data.Train.Inputs[1].normal_();
        }

        var (samples, findings, plan) = (new List<TrainingReport.Sampled>(), new List<TrainingReport.Finding>(), TestTraining.Plan(spec));
        var outcome = TrainingRun.Execute(
            plan,
            TestTraining.Settings(
                """{ "epochs": 4, "batch_size": 64, "threads": 1, "precision": "float32", "telemetry": "dense", "validation_split": 0.2 }"""
            ),
            data,
            new Dictionary<string, string>(),
            report =>
        {
            if (report is TrainingReport.Sampled sampled)
                samples.Add(sampled);
            if (report is TrainingReport.Finding { Type: "verdict" } finding)
                findings.Add(finding);
        }, TestContext.Current.CancellationToken);
        foreach (var sample in samples.Where(sample => sample.Signals.Keys.Any(name => name.Contains("_loss_", StringComparison.Ordinal))))
            output.WriteLine(
                $"{sample.Number}: {string.Join(", ", sample.Signals.Select(each => $"{each.Key[13..]} {each.Value:0.0000}"))}"
            );
        findings.ForEach(finding => output.WriteLine(finding.Message));
        return (new(outcome, samples, ConcatNode.Of(plan)), findings);
    }
}
