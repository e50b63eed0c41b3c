using ConcatService.Domain.Data;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Data;
using ConcatService.Training.Telemetry;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests.Telemetry;

/// <summary>Two tables that each tell a half of the class, and one beside noise: what each branch is worth.</summary>
[Collection("libtorch")]
public sealed class CounterfactualTests(ITestOutputHelper output)
{
    private const string TwoTables = """
        { "inputs": { "a": { "shape": [8] }, "b": { "shape": [8] } }, "layers": [
            { "name": "left", "type": "linear", "inputs": ["a"], "out_features": 16, "norm": "batch_norm", "activation": "relu" },
            { "name": "right", "type": "linear", "inputs": ["b"], "out_features": 16, "norm": "batch_norm", "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["left", "right"] },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    /// <summary>The class is two bits, and each table tells one.</summary>
    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8), InlineData(9)]
    [InlineData(10)]
    public void Two_branches_that_are_both_needed_have_intervals_above_0_and_no_verdict(int seed)
    {
        var (watched, findings) = Train(seed, bits: 2, noise: 0);

        Assert.Empty(watched.Verdicts());
        Assert.Empty(findings);
        foreach (var branch in watched.Nodes[0].Branches)
        {
            Assert.InRange(watched.Last(Signals.Shuffle.LossLow.SeriesOf(watched.Nodes[0], branch)), 0.05, 10);
            Assert.InRange(watched.Last(Signals.Shuffle.AccuracyHigh.SeriesOf(watched.Nodes[0], branch)), -1, -0.05);
        }
    }

    [Fact]
    public void Noise_in_a_network_of_two_branches_is_unused_and_the_other_branch_dominates()
    {
        var (watched, findings) = Train(seed: 1, bits: 2, noise: 1);

        Assert.Equal([("left", "dominating"), ("right", "unused")], watched.Verdicts().Order());
        var told = findings.Single(finding => finding.Code == "unused");
        Assert.Equal(("verdict", "merge", "right", "standing"), (told.Type, told.Layer, told.Figures["branch"], told.Figures["state"]));
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

    private (Watched, List<TrainingReport.Finding>) Train(int seed, int bits, int noise)
    {
        using var data = Tables(seed, bits, noise);
        var (samples, findings) = (new List<TrainingReport.Sampled>(), new List<TrainingReport.Finding>());
        var plan = TestTraining.Plan(TwoTables);
        var outcome = TrainingRun.Execute(
            plan,
            TestTraining.Settings(
                $$"""
                { "epochs": 4, "batch_size": 64, "threads": 1, "precision": "float32", "telemetry": "dense", "validation_split": 0.2,
                  "seed": {{seed}} }
                """
            ),
            data,
            new Dictionary<string, string>(),
            report =>
        {
            if (report is TrainingReport.Sampled sampled)
                samples.Add(sampled);
            if (report is TrainingReport.Finding finding)
                findings.Add(finding);
        }, TestContext.Current.CancellationToken);
        foreach (var (name, value) in samples[^1].Signals)
            output.WriteLine($"{name} {value:0.0000}");
        findings.ForEach(finding => output.WriteLine(finding.Message));
        return (new(outcome, samples, ConcatNode.Of(plan)), findings);
    }

    private static DataSet Tables(int seed, int bits, int noise)
    {
        random.manual_seed(seed);
        var classes = Enumerable.Range(0, 1 << bits).Select(number => $"{number}").ToArray();
        DataInput[] inputs = [new("a", [8], ElementType.Float32), new("b", [8], ElementType.Float32)];
        var info = new DataSetInfo("tables", "", inputs, [new("class", LearningTask.Classification, [], classes)], 2560, 0, 512);
        return new(info, Of(2560), null, Of(512), new string('0', 64));

        Split Of(long count)
        {
            using var scope = NewDisposeScope();
            var target = randint(0, 1 << bits, [count], ScalarType.Int64);
            var told = new[] { target.remainder(2), target.div(2).floor().to(ScalarType.Int64) }
                .Select((bit, i) => randn(count, 8) + (i >= 2 - noise ? 0 : 1) * ((bit * 2) - 1).to(ScalarType.Float32).unsqueeze(1))
                .Select(table => table.DetachFromDisposeScope());
            return new([.. told], [target.to(ScalarType.Byte).DetachFromDisposeScope()]);
        }
    }
}
