using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Studies;
using ConcatService.Domain.Telemetry;
using Xunit;

namespace ConcatService.Domain.Tests.Studies;

/// <summary>Whether branches belong together, by intervals of the change of the held-out loss without each of a, b and c.</summary>
public sealed class CoherenceTests
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
    public void Branches_of_which_each_is_needed_belong_together()
    {
        var found = Of(Needed, Needed, Slight);
        Assert.Equal(("yes", "join", "concat"), (found.Together, found.Layer, found.Merge));
        Assert.All(found.Branches, branch => Assert.Equal("needed", branch.Judgement));
        Assert.StartsWith(
            "The branches of join belong together: each is needed. Without a the held-out loss rises by 0.600",
            found.Sentence
        );
    }

    [Fact]
    public void A_branch_without_which_nothing_is_lost_belongs_to_nobody()
    {
        Assert.Equal(("partly", "no"), (Of(Needed, Needed, Free).Together, Of(Needed, Free, Free).Together));
        Assert.Contains("nothing is lost without c", Of(Needed, Needed, Free).Sentence);
    }

    [Fact]
    public void Of_a_pair_of_which_one_is_needed_each_names_the_other()
    {
        var found = Of(Needed, Free, Free, pair: 0.4);
        Assert.Equal(["needed", "redundant", "redundant"], found.Branches.Select(branch => branch.Judgement));
        Assert.Equal([null, "c", "b"], found.Branches.Select(branch => branch.SpareWith));
        Assert.Contains("nothing is lost without b as long as c is there", found.Sentence);
    }

    [Fact]
    public void Wide_intervals_and_missing_measurements_tell_nothing()
    {
        var wide = Of(Needed, Needed, Unclear);
        Assert.Equal(("unknown", "unclear"), (wide.Together, wide.Branches[2].Judgement));
        Assert.Contains("the intervals are too wide", wide.Sentence);
        var missing = Coherence.Of(Node, (_, _) => null);
        Assert.Equal(("unknown", "not_measured"), (missing.Together, missing.Branches[0].Judgement));
        Assert.Contains("at least 128 held-out samples", missing.Sentence);
    }

    [Fact]
    public void Where_accuracy_was_measured_the_sentence_is_in_points()
    {
        var found = Coherence.Of(
            Node,
            (_, signal) =>
                signal == Signals.Shuffle.Accuracy ? -0.031
                : signal == Signals.Shuffle.AccuracyLow ? -0.042
                : signal == Signals.Shuffle.AccuracyHigh ? -0.02
                : 0.5
        );
        Assert.Contains("Without a the held-out accuracy changes by -3.1 points (-4.2 to -2.0)", found.Sentence);
    }

    private static Coherence Of((double, double) a, (double, double) b, (double, double) c, double? pair = null)
    {
        (double Low, double High)[] changes = [a, b, c];
        return Coherence.Of(
            Node,
            (branch, signal) =>
            {
                var place = Node.Branches.ToList().IndexOf(branch);
                var (low, high) = changes[place];
                return signal == Signals.Shuffle.Loss ? (low + high) / 2
                    : signal == Signals.Shuffle.LossLow || signal == Signals.Mean.LossLow ? low
                    : signal == Signals.Shuffle.LossHigh || signal == Signals.Mean.LossHigh ? high
                    : pair is null || place == 0 ? null
                    : signal == Signals.PairLow ? pair
                    : signal == Signals.PairWith ? 3 - place
                    : null;
            }
        );
    }
}
