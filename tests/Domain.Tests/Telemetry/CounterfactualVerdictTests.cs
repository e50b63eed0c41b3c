using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Telemetry;
using Xunit;

namespace ConcatService.Domain.Tests.Telemetry;

/// <summary>What evaluations without a branch say: intervals of the change of the held-out loss, of three branches a, b and c.</summary>
public sealed class CounterfactualVerdictTests
{
    private const string Spec = """
        { "inputs": { "x": { "shape": [4] }, "y": { "shape": [4] }, "z": { "shape": [4] } }, "layers": [
            { "name": "a", "type": "linear", "inputs": ["x"], "out_features": 4 },
            { "name": "b", "type": "linear", "inputs": ["y"], "out_features": 4 },
            { "name": "c", "type": "linear", "inputs": ["z"], "out_features": 4 },
            { "name": "join", "type": "concat", "inputs": ["a", "b", "c"] },
            { "name": "head", "type": "linear", "out_features": 2 } ] }
        """;

    private static readonly ConcatNode Node = ConcatNode.Of(Compiler.Compile(Encoding.UTF8.GetBytes(Spec)).Plan!)[0];
    private static readonly (double, double) Needed = (0.5, 0.7), Free = (-0.002, 0.004), Slight = (0.001, 0.01), Unclear = (-0.05, 0.1);

    [Fact]
    public void Branches_that_are_needed_get_no_verdict() =>
        Assert.Equal("", Of(Always(Needed), [Needed, Slight, Needed], [Slight, Needed, Slight]));

    [Fact]
    public void A_branch_without_which_nothing_is_lost_is_unused() =>
        Assert.Equal("c unused", Of(Always(Needed), Always(Needed), Always(Free)));

    [Fact]
    public void Two_evaluations_say_nothing_nor_do_three_of_which_one_differs() =>
        Assert.Equal("", Of([Needed, Needed], [Needed, Needed], [Free, Free])
            + Of(Always(Needed), Always(Needed), [Free, Needed, Free]));

    [Fact]
    public void An_interval_that_is_wide_says_nothing() =>
        Assert.Equal("", Of(Always(Needed), Always(Needed), [Free, Unclear, Free]));

    [Fact]
    public void A_little_that_is_certain_is_use() =>
        Assert.Equal("", Of(Always(Needed), Always(Needed), Always(Slight)));

    [Fact]
    public void A_branch_beside_unused_ones_alone_is_dominating() =>
        Assert.Equal("a dominating, b unused, c unused", Of(Always(Needed), Always(Free), Always(Free)));

    [Fact]
    public void Where_no_branch_is_needed_the_network_has_learned_nothing() =>
        Assert.Equal("", Of(Always(Free), Always(Free), Always(Free)));

    [Fact]
    public void Two_of_which_one_is_needed_are_a_redundant_pair_and_said_of_the_later() =>
        Assert.Equal("c redundant_pair", Of(Always(Needed), Always(Free), Always(Free), pair: (1, 2, 0.4)));

    [Fact]
    public void A_verdict_tells_the_interval()
    {
        var verdict = Verdicts(new() { ["a"] = Always(Needed), ["b"] = Always(Needed), ["c"] = Always(Free) }, null)[2].Single();
        Assert.Equal(
            "join, branch c: nothing is lost without it: with its values of other samples the held-out loss changes by 0.0010 (95 % "
                + "interval -0.0020 to 0.0040). Check whether its input has to do with the targets. If not, remove it; if it has, "
                + "train longer, or the branch alone for comparison.",
            verdict.Message
        );
    }

    private static (double, double)[] Always((double, double) change) => [change, change, change];

    private static string Of((double, double)[] a, (double, double)[] b, (double, double)[] c, (int, int, double)? pair = null)
    {
        var verdicts = Verdicts(new() { ["a"] = a, ["b"] = b, ["c"] = c }, pair);
        var said = Node.Branches.Zip(verdicts).SelectMany(each => each.Second.Select(found => $"{each.First.Name} {found.Code}"));
        return string.Join(", ", said);
    }

    private static IReadOnlyList<IReadOnlyList<Verdict>> Verdicts(
        Dictionary<string, (double Low, double High)[]> changes, (int A, int B, double Low)? pair
    ) => Domain.Telemetry.Verdicts.Of(Node, (branch, signal) =>
    {
        var own = changes[branch.Name];
        var number = Node.Branches.ToList().IndexOf(branch);
        if (signal == Signals.Mean.LossLow || signal == Signals.Shuffle.LossLow)
            return [.. own.Select(change => change.Low)];
        if (signal == Signals.Mean.LossHigh || signal == Signals.Shuffle.LossHigh)
            return [.. own.Select(change => change.High)];
        if (signal == Signals.Shuffle.Loss)
            return [.. own.Select(change => (change.Low + change.High) / 2)];
        if (pair is { } both && (number == both.A || number == both.B))
        {
            if (signal == Signals.PairLow)
                return [both.Low];
            if (signal == Signals.PairWith)
                return [number == both.A ? both.B : both.A];
        }

        return [];
    });
}
