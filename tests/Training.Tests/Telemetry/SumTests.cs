using ConcatService.Domain.Telemetry;
using Xunit;

namespace ConcatService.Training.Tests.Telemetry;

/// <summary>Branches that are added or multiplied instead of joined.</summary>
[Collection("libtorch")]
public sealed class SumTests
{
    private const string Spec = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 5, "stride": 2, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 3, "padding": 1,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "coarse", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 5, "padding": 2,
              "norm": "batch_norm", "activation": "relu" },
            { "name": "none", "type": "subtract", "inputs": ["fine", "fine"] },
            { "name": "sum", "type": "MERGE", "inputs": ["fine", "OTHER"] },
            { "name": "gate", "type": "conv2d", "inputs": ["coarse"], "out_channels": 1, "kernel_size": 1, "activation": "sigmoid" },
            { "name": "gated", "type": "multiply", "inputs": ["sum", "gate"] },
            { "name": "pool", "type": "global_avg_pool" },
            { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    [Theory]
    [InlineData("add"), InlineData("average")]
    public void A_sum_has_shares_of_its_branches_and_equal_gradients_and_a_healthy_one_no_verdict(string merge)
    {
        var watched = Train(merge, "coarse");

        Assert.Equal(["sum", "gated"], watched.Nodes.Select(node => node.Name));
        Assert.Empty(watched.Verdicts());
        Assert.Equal(1, watched.Nodes[0].Branches.Sum(branch => Of(watched, 0, branch.Name, Signals.ContributionShare)), 1e-4);
        Assert.InRange(Of(watched, 0, "fine", Signals.ContributionShare), 0.05, 0.95);
        Assert.Equal(Of(watched, 0, "fine", Signals.GradientRms), Of(watched, 0, "coarse", Signals.GradientRms), 1e-9);
        Assert.InRange(Of(watched, 0, "fine", Signals.GradientRms), 1e-9, 1);
        Assert.InRange(Of(watched, 1, "gate", Signals.GradientRms), 1e-9, 1);
        Assert.NotEqual(Of(watched, 1, "gate", Signals.GradientRms), Of(watched, 1, "sum", Signals.GradientRms));
        Assert.InRange(Of(watched, 0, "fine", Signals.Similarity), 0, 1);
    }

    [Fact]
    public void A_branch_that_adds_nothing_is_dead() => Assert.Equal([("none", "dead")], Train("add", "none").Verdicts());

    private static double Of(Watched watched, int node, string branch, Signal signal) =>
        watched.Last(signal.SeriesOf(watched.Nodes[node], watched.Nodes[node].Branches.Single(each => each.Name == branch)));

    private static Watched Train(string merge, string other)
    {
        var samples = new List<TrainingReport.Sampled>();
        var spec = Spec.Replace("MERGE", merge, StringComparison.Ordinal).Replace("OTHER", other, StringComparison.Ordinal);
        var outcome = TestTraining.Train(
            """{ "epochs": 2, "batch_size": 64, "threads": 2, "precision": "float32", "telemetry": "dense" }""",
            spec,
            report =>
        {
            if (report is TrainingReport.Sampled sampled)
                samples.Add(sampled);
        });
        return new(outcome, samples, ConcatNode.Of(TestTraining.Plan(spec)));
    }
}
