using ConcatService.Domain.Data;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Data;
using TorchSharp;
using Xunit;

namespace ConcatService.Training.Tests.Telemetry;

/// <summary>
/// Two looks at a picture and one at a table, which have nothing in common but the class: which is healthy, and noise only where the table
/// has not even that.
/// </summary>
[Collection("libtorch")]
public sealed class NoiseTests(ITestOutputHelper output)
{
    private const string Spec = """
        { "inputs": { "image": { "shape": [1, 28, 28] }, "facts": { "shape": [8] } }, "layers": [
            { "name": "conv", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 5, "stride": 2,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "deep", "type": "conv2d", "out_channels": 16, "kernel_size": 3, "stride": 2, "norm": "batch_norm",
              "activation": "relu" },
            { "name": "picture", "type": "global_avg_pool" },
            { "name": "wide", "type": "conv2d", "inputs": ["conv"], "out_channels": 16, "kernel_size": 5, "stride": 2,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "glance", "type": "global_avg_pool" },
            { "name": "table", "type": "linear", "inputs": ["facts"], "out_features": 16, "norm": "batch_norm", "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["picture", "glance", "table"] },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    [Fact]
    public void Views_that_each_tell_a_part_of_the_class_raise_no_verdict() => Assert.Empty(Train(noise: false));

    [Fact]
    public void A_branch_of_noise_is_named() => Assert.Equal(("table", "noise"), Assert.Single(Train(noise: true)));

    private HashSet<(string Branch, string Code)> Train(bool noise)
    {
        using var data = TwoView.Generate(BuiltInDataSets.Find("two-view")! with { TrainSamples = 2560, TestSamples = 512 });
        if (noise)
        {
            torch.random.manual_seed(5);
            data.Train.Inputs[1].normal_();
        }

        var (samples, plan) = (new List<TrainingReport.Sampled>(), TestTraining.Plan(Spec));
        var settings = TestTraining.Settings(
            """{ "epochs": 3, "batch_size": 64, "threads": 2, "precision": "float32", "telemetry": "dense" }"""
        );
        var outcome = TrainingRun.Execute(
            plan,
            settings,
            data,
            new Dictionary<string, string>(),
            report =>
        {
            if (report is TrainingReport.Sampled sampled)
                samples.Add(sampled);
        }, TestContext.Current.CancellationToken);
        var watched = new Watched(outcome, samples, ConcatNode.Of(plan));
        foreach (var branch in watched.Nodes[0].Branches)
        {
            string[] series =
            [
                .. new[] { Signals.Similarity, Signals.TargetSimilarity, Signals.ContributionShare }
                    .Select(signal => signal.SeriesOf(watched.Nodes[0], branch)),
            ];
            var values = samples.Where(sample => sample.Signals.ContainsKey(series[0]))
                .Select(sample => string.Join('/', series.Select(name => $"{sample.Signals[name]:0.00}")));
            output.WriteLine($"{branch.Name}: {string.Join(' ', values)}");
        }

        return watched.Verdicts();
    }
}
