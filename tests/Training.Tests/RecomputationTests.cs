using Xunit;

namespace ConcatService.Training.Tests;

/// <summary>Trainings that recompute, against the same ones that hold everything.</summary>
[Collection("libtorch")]
public sealed class RecomputationTests
{
    // What a dense block is made of, with a transition that drops some; the last concat is read outside alone.
    private const string Dense = """
        { "inputs": { "image": { "shape": [1, 28, 28] } },
          "blocks": { "layer": [ { "name": "join", "type": "parallel", "branches": [ [], [
            { "name": "norm", "type": "batch_norm" }, { "name": "relu", "type": "relu" },
            { "name": "conv", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": 1, "bias": false },
            { "name": "drop", "type": "dropout", "p": 0.2 } ] ] } ] },
          "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 6, "kernel_size": 3, "stride": 4 },
            { "name": "one", "type": "repeat", "times": 3, "layers": [ { "name": "layer", "type": "block", "block": "layer" } ] },
            { "name": "half", "type": "max_pool2d", "kernel_size": 2 },
            { "name": "two", "type": "repeat", "times": 3, "layers": [ { "name": "layer", "type": "block", "block": "layer" } ] },
            { "name": "pool", "type": "global_avg_pool" },
            { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    // Values that are read by several sections and several times in one, a norm behind a softmax, and a split whose parts go apart.
    private const string Residual = """
        { "inputs": { "image": { "shape": [1, 28, 28] } },
          "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 4, "stride": 4, "activation": "gelu" },
            { "name": "stage", "type": "repeat", "times": 3, "layers": [
              { "name": "parts", "type": "split", "axis": "channels", "sections": 2 },
              { "name": "left", "type": "conv2d", "inputs": ["parts:0"], "out_channels": 4, "kernel_size": 3, "padding": 1,
                "norm": "batch_norm", "activation": "relu" },
              { "name": "right", "type": "squeeze_excitation", "inputs": ["parts:1"], "reduction": 2 },
              { "name": "both", "type": "concat", "inputs": ["right", "left", "parts:0"] },
              { "name": "narrow", "type": "conv2d", "out_channels": 8, "kernel_size": 1, "norm": "batch_norm" },
              { "name": "sum", "type": "add", "inputs": ["narrow", "left_wide", "stem", "stem"] },
              { "name": "left_wide", "type": "concat", "inputs": ["left", "left"] } ] },
            { "name": "row", "type": "flatten", "inputs": ["stage"], "start_dim": 2 },
            { "name": "tokens", "type": "permute", "dims": [0, 2, 1] },
            { "name": "encoder", "type": "repeat", "times": 2, "layers": [
              { "name": "mix", "type": "parallel", "merge": "add", "branches": [
                [], [ { "name": "norm", "type": "layer_norm" },
                      { "name": "heads", "type": "multi_head_attention", "num_heads": 2, "dropout": 0.1 },
                      { "name": "path", "type": "drop_path", "p": 0.3 } ] ] } ] },
            { "name": "flat", "type": "flatten" },
            { "name": "logits", "type": "linear", "out_features": 10, "activation": "softmax" } ] }
        """;

    [Theory]
    [InlineData(Dense, "float32", "off")]
    [InlineData(Dense, "bfloat16", "off")]
    [InlineData(Dense, "float32", "dense")]
    [InlineData(Residual, "float32", "off")]
    [InlineData(Residual, "bfloat16", "dense")]
    public void It_trains_the_same_weights_to_the_bit(string spec, string precision, string telemetry)
    {
        var (plain, expected) = Train(spec, recompute: false);
        var (recomputed, actual) = Train(spec, recompute: true);

        Assert.Equal(expected.WeightsSha256, actual.WeightsSha256);
        Assert.Equal(expected.Test.Loss, actual.Test.Loss);
        Assert.Equal(plain.Count, recomputed.Count);
        foreach (var (before, after) in plain.Zip(recomputed))
        {
            Assert.Equal(
                before.Where(each => !each.Key.Contains("overhead")).OrderBy(each => each.Key),
                after.Where(each => !each.Key.Contains("overhead")).OrderBy(each => each.Key)
            );
        }

        (List<IReadOnlyDictionary<string, double>>, TrainingResult) Train(string spec, bool recompute)
        {
            var samples = new List<IReadOnlyDictionary<string, double>>();
            var outcome = TestTraining.Train(
                $$"""
                { "epochs": 1, "batch_size": 64, "precision": "{{precision}}", "telemetry": "{{telemetry}}", "threads": 1, "seed": 3,
                  "recompute": {{(recompute ? "true" : "false")}} }
                """,
                spec,
                report =>
                {
                    if (report is TrainingReport.Sampled sampled)
                        samples.Add(sampled.Signals);
                }
            );
            return (samples, Assert.IsType<Outcome.Finished>(outcome).Result);
        }
    }

    [Fact]
    public void Shared_weights_and_accumulated_batches_differ_in_the_last_digits_alone()
    {
        const string Shared = """
            { "inputs": { "image": { "shape": [1, 28, 28] } },
              "layers": [
                { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 4, "stride": 4 },
                { "name": "once", "type": "repeat", "times": 2, "layers": [
                  { "name": "conv", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "tanh" } ] },
                { "name": "again", "type": "repeat", "times": 2, "weights": "once", "layers": [
                  { "name": "conv", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "padding": 1, "activation": "tanh" } ] },
                { "name": "flat", "type": "flatten" },
                { "name": "logits", "type": "linear", "out_features": 10 } ] }
            """;
        var losses = new[] { "false", "true" }.Select(recompute => Assert.IsType<Outcome.Finished>(TestTraining.Train(
            $$"""
            { "epochs": 1, "batch_size": 64, "accumulate": 3, "precision": "float32", "telemetry": "off", "threads": 1,
              "recompute": {{recompute}} }
            """,
            Shared
        )).Result.Test.Loss).ToList();

        Assert.InRange(losses[1] / losses[0], 1 - 1e-3, 1 + 1e-3);
    }

    [Fact]
    public void A_frozen_part_and_a_network_without_units_train_as_before()
    {
        var hashes = new[] { "false", "true" }.Select(recompute => Assert.IsType<Outcome.Finished>(TestTraining.Train(
            $$"""{ "epochs": 1, "precision": "float32", "threads": 1, "recompute": {{recompute}}, "freeze": ["stem", "fine"] }"""
        )).Result.WeightsSha256).ToList();

        Assert.Equal(hashes[0], hashes[1]);
    }
}
