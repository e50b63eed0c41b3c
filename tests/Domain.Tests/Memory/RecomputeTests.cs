using System.Text;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Memory;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using Xunit;

namespace ConcatService.Domain.Tests.Memory;

public sealed class RecomputeTests
{
    [Fact]
    public void Each_repetition_and_each_block_is_a_section_and_what_stands_between_runs_once()
    {
        var sections = SectionsOf(
            """
            { "inputs": { "x": { "shape": [4, 8, 8] } },
              "blocks": { "twice": [ { "name": "a", "type": "conv2d", "out_channels": 4, "kernel_size": 1, "activation": "relu" } ] },
              "layers": [
                { "name": "stem", "type": "relu" },
                { "name": "deep", "type": "repeat", "times": 2, "layers": [ { "name": "b", "type": "block", "block": "twice" } ] },
                { "name": "se", "type": "repeat", "times": 1,
                  "layers": [ { "name": "gate", "type": "squeeze_excitation", "reduction": 2 } ] },
                { "name": "end", "type": "relu" } ] }
            """,
            out var plan
        );

        Assert.Equal([false, true, true, true, false, false], sections.Each.Select(section => section.RunsAgain));
        Assert.Equal(
            ["deep/0/b/a", "deep/0/b/a/activation"],
            sections.Each[1].Layers(plan).Select(layer => layer.Name)
        );
        Assert.All(sections.Each[3].Layers(plan), layer => Assert.StartsWith("se/0/", layer.Name, StringComparison.Ordinal));
        Assert.Equal(["stem"], sections.Each[1].Entering.Select(wire => wire.Source));
        Assert.Equal(["deep/0/b/a/activation"], sections.Each[1].Leaving.Select(wire => wire.Source));
        Assert.Equal(["end"], sections.Each[^1].Entering.Select(wire => wire.Source));
    }

    [Fact]
    public void Of_a_dense_block_the_new_channels_are_kept_and_no_sum_of_them()
    {
        var sections = SectionsOf(
            """
            { "inputs": { "x": { "shape": [4, 8, 8] } }, "layers": [
                { "name": "stem", "type": "relu" },
                { "name": "dense", "type": "repeat", "times": 3, "layers": [ { "name": "join", "type": "parallel", "branches": [
                  [], [ { "name": "conv", "type": "conv2d", "out_channels": 2, "kernel_size": 3, "padding": 1 } ] ] } ] },
                { "name": "end", "type": "relu" } ] }
            """,
            out _
        );
        string[] pieces = ["stem", "dense/0/join/branch1/conv", "dense/1/join/branch1/conv", "dense/2/join/branch1/conv"];

        Assert.Equal(pieces, sections.JointOf(new("dense/2/join"))!.Pieces.Select(wire => wire.Source));
        Assert.Equal(["x", .. pieces, "end"], sections.FirstReaders.Keys.Select(wire => wire.Source));
        Assert.Equal([0, 1, 2, 3, 4, 5], sections.FirstReaders.Values);
    }

    [Fact]
    public void Layers_that_cannot_run_again_take_their_unit_out()
    {
        var plan = PlanOf(
            """
            { "inputs": { "x": { "shape": [4] } }, "layers": [
                { "name": "r", "type": "repeat", "times": 2, "layers": [ { "type": "relu" }, { "type": "dropout" } ] } ] }
            """
        );

        Assert.Equal([true, true, false], Sections.Of(plan, [], _ => true).Each.Select(section => section.RunsAgain));
        Assert.Equal([false, false], Sections.Of(plan, [], layer => !layer.Operator.IsRandom).Each.Select(section => section.RunsAgain));
    }

    // The paper's figure for this network is a quarter (Pleiss et al. 2017, table 1, has 22 % for the naive form's feature maps).
    [Fact]
    public void A_recomputed_densenet_takes_a_quarter_of_the_activation_memory()
    {
        var plan = PlanOf(File.ReadAllText(Path.Combine(Repository.Root, "samples", "densenet-bc-100-12.json")));
        var (all, few) = (TrainingMemory.Of(plan), TrainingMemory.Of(plan, recompute: true));

        Assert.InRange(few.BytesPerSample!.Value / (double)all.BytesPerSample!.Value, 0.1, 0.25);
        var job = new TrainingSettings { BatchSize = 64, Recompute = true, Precision = Precision.Float32 };
        Assert.Equal(few.Bytes(64) + 260_000_000, JobMemory.Of(plan, 0, job, hasBFloat16: false).PredictedBytes);
    }

    [Fact]
    public void A_network_without_units_needs_as_much_as_before()
    {
        var plan = PlanOf(File.ReadAllText(Path.Combine(Repository.Root, "samples", "two-branch.json")));

        var before = TrainingMemory.Of(plan).BytesPerSample!.Value;
        var after = TrainingMemory.Of(plan, recompute: true).BytesPerSample!.Value;
        Assert.InRange(after, before, before + 100);                                    // the scores stay for the loss
    }

    private static Sections SectionsOf(string spec, out Plan plan)
    {
        plan = PlanOf(spec);
        return Sections.Of(plan, plan.Outputs.Select(output => output.Wire));
    }

    private static Plan PlanOf(string spec) => Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Plan!;
}
