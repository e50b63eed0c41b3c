using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Telemetry;
using Xunit;

namespace ConcatService.Domain.Tests.Telemetry;

/// <summary>Verdicts on given samples of three branches with four channels each, which a 1x1 convolution consumes.</summary>
public sealed class BranchVerdictTests
{
    private const string Spec = """
        { "inputs": { "x": { "shape": [4, 8, 8] } }, "layers": [
            { "name": "a", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 1 },
            { "name": "b", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 1 },
            { "name": "c", "type": "conv2d", "inputs": ["x"], "out_channels": 4, "kernel_size": 1 },
            { "name": "join", "type": "concat", "inputs": ["a", "b", "c"] },
            { "name": "mix", "type": "conv2d", "out_channels": 4, "kernel_size": 1 } ] }
        """;

    private static readonly ConcatNode Node = ConcatNode.Of(Compiler.Compile(Encoding.UTF8.GetBytes(Spec)).Plan!)[0];

    /// <summary>Of a healthy branch.</summary>
    private static readonly Dictionary<Signal, double> Healthy = new()
    {
        [Signals.ActivationRms] = 1,
        [Signals.GradientRms] = 1e-3,
        [Signals.DeadChannels] = 0,
        [Signals.ContributionShare] = 0.33,
        [Signals.EffectiveRank] = 3,
        [Signals.Similarity] = 0.5,
        [Signals.Twin] = 0,
        [Signals.TargetSimilarity] = 0.3,
    };

    [Fact]
    public void Healthy_branches_get_no_verdict() => Assert.Empty(VerdictsOn("activation_rms", 1, 1, 1));

    [Theory]
    [InlineData("dead_channels", 0.5, 0.6, 0.5, "dead warning")]
    [InlineData("dead_channels", 1, 1, 1, "dead alarm")]
    [InlineData("dead_channels", 0.4, 1, 1, "")]
    [InlineData("activation_rms", 20, 30, 11, "scaled warning")]
    [InlineData("activation_rms", 0.05, 0.001, 0.001, "scaled alarm")]
    [InlineData("gradient_rms", 1e-7, 1e-8, 0, "starved warning")]
    [InlineData("contribution_share", 0.001, -0.001, 0, "ignored warning")]
    [InlineData("contribution_share", -0.3, -0.5, -0.4, "cancelling warning")]
    [InlineData("similarity", 0.99, 1, 0.995, "duplicated warning")]
    [InlineData("effective_rank", 1, 1.05, 1.09, "collapsed warning")]
    public void A_verdict_needs_its_limit_in_three_samples(string signal, double first, double second, double third, string expected)
    {
        var found = VerdictsOn(signal, first, second, third);
        Assert.Equal(expected, string.Join(", ", found.Select(each => $"{each.Code} {each.Severity}")));
    }

    [Theory]
    [InlineData(0, TelemetryMode.Auto, false, "0 samples have been taken, and a verdict needs 3 in a row. Ask again later.")]
    [InlineData(1, TelemetryMode.Dense, false, "1 sample has been taken, and a verdict needs 3 in a row. Ask again later.")]
    [InlineData(
        2, TelemetryMode.Auto, true,
        "2 samples have been taken, and a verdict needs 3 in a row. The training was too short or ended too early: train with "
            + "settings.telemetry 'dense'.")]
    [InlineData(0, TelemetryMode.Off, true, "settings.telemetry is 'off', so no sample is taken. Train with 'auto' or 'dense'.")]
    [InlineData(3, TelemetryMode.Auto, false, null)]
    public void Too_few_samples_are_told_with_the_reason(int samples, TelemetryMode mode, bool isOver, string? expected) =>
        Assert.Equal(expected, Verdicts.ReasonForSilence(samples, mode, isOver));

    [Fact]
    public void Two_samples_say_nothing() => Assert.Empty(VerdictsOn("dead_channels", 1, 1));

    [Fact]
    public void A_verdict_says_where_what_and_how_to_mend_it_with_the_numbers()
    {
        var found = Assert.Single(VerdictsOn("contribution_share", 0.001, 0.002, 0.004));
        Assert.Equal(
            "join, branch c: it has 33 % of the channels and contributes 0.4 % of what mix computes. "
                + "Remove it, make it narrower, or weight the branches with \"fuse\": \"se\".",
            found.Message);
        Assert.Equal(("contribution_share", 0.004, 0.01), (found.Signal, found.Value, found.Threshold));
    }

    [Fact]
    public void Every_rule_is_in_the_order_of_reports_and_has_a_code_of_its_own()
    {
        var rules = typeof(VerdictRule).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(VerdictRule)));
        Assert.Equal(rules.Select(rule => rule.Name).Order(), VerdictRule.All.Select(rule => rule.GetType().Name).Order());
        Assert.Distinct(VerdictRule.All.Select(rule => rule.Code));
    }

    [Fact]
    public void Every_signal_has_a_name_of_its_own() => Assert.Distinct(Signals.All.Select(signal => signal.Name));

    /// <summary>On the last branch, of which one signal has these values; everything else is healthy.</summary>
    private static IReadOnlyList<Verdict> VerdictsOn(string signal, params double[] values)
    {
        var verdicts = Verdicts.Of(Node, (branch, asked) =>
            branch.Name == "c" && asked.Name == signal ? values
            : Healthy.TryGetValue(asked, out var value) ? [.. values.Select(_ => value)]
            : []);
        Assert.Empty(verdicts[0].Concat(verdicts[1]));
        return verdicts[2];
    }
}
