using ConcatService.Domain.Telemetry;
using Xunit;

namespace ConcatService.Training.Tests.Telemetry;

[Collection("libtorch")]
public sealed class BranchTelemetryTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData("float32"), InlineData("bfloat16")]
    public void A_training_ends_with_the_same_bits_whether_it_is_watched_or_not(string precision)
    {
        string Hash(string telemetry) =>
            Assert.IsType<Outcome.Finished>(Watched.Train(Watched.Healthy, precision, telemetry).Outcome).Result.WeightsSha256;

        Assert.Equal(Hash("off"), Hash("dense"));
    }

    [Fact]
    public void Nobody_is_told_anything_of_a_training_that_is_not_watched()
    {
        var watched = Watched.Train(Watched.Healthy, telemetry: "off", epochs: 1);

        Assert.Empty(watched.Samples);
        Assert.Equal(0, Assert.IsType<Outcome.Finished>(watched.Outcome).Result.TelemetryOverhead);
    }

    [Theory]
    [InlineData("float32"), InlineData("bfloat16")]
    public void A_healthy_network_raises_no_verdict(string precision)
    {
        var watched = Watched.Train(Watched.Healthy, precision);
        Show(watched);

        Assert.Empty(watched.Verdicts());
    }

    [Theory]
    [InlineData("float32"), InlineData("bfloat16")]
    public void A_branch_that_is_dead_scaled_or_duplicated_is_named(string precision)
    {
        foreach (var (code, third) in new[] { ("dead", Watched.Dead), ("scaled", Watched.Scaled), ("duplicated", Watched.Duplicated) })
        {
            var watched = Watched.Train(third, precision);
            Show(watched);

            Assert.Equal([("third", code)], watched.Verdicts());
        }
    }

    [Fact]
    public void Shares_add_up_to_one_and_every_signal_is_there()
    {
        var watched = Watched.Train(Watched.Healthy, epochs: 1);

        var merge = Assert.Single(watched.Nodes);
        foreach (var signal in Signals.OfBranches)
            Assert.All(merge.Branches, branch => Assert.True(double.IsFinite(watched.Last(signal.SeriesOf(merge, branch))), signal.Name));
        Assert.Equal(1, merge.Branches.Sum(branch => watched.Last(Signals.WeightShare.SeriesOf(merge, branch))), 1e-5);
        Assert.Equal(1, merge.Branches.Sum(branch => watched.Last(Signals.ContributionShare.SeriesOf(merge, branch))), 1e-4);
        foreach (var layer in (string[])["stem", "mix", "logits"])
        {
            Assert.InRange(watched.Last(Signals.GradientNorm.SeriesOf(layer)), 1e-6, 100);
            Assert.InRange(watched.Last(Signals.UpdateRatio.SeriesOf(layer)), 1e-8, 1);
        }
    }

    private void Show(Watched watched)
    {
        int[] shown = [0, watched.Samples.Count / 2, watched.Samples.Count - 1];
        foreach (var node in watched.Nodes)
        {
            foreach (var branch in node.Branches)
            {
                var signals = Signals.OfBranches.Select(signal =>
                    $"{signal.Name} {string.Join('|', shown.Select(at => Value(watched.Samples[at], signal.SeriesOf(node, branch))))}"
                );
                output.WriteLine($"{node.Name} {branch.Name}: {string.Join(", ", signals)}");
            }
        }

        output.WriteLine(string.Join(' ', watched.Verdicts()));
    }

    private static string Value(TrainingReport.Sampled sample, string series) =>
        sample.Signals.TryGetValue(series, out var value) ? $"{value:g3}" : "-";
}
