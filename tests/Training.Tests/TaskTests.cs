using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests;

/// <summary>Each task from data to a proven model, with a score that only a network that has learned it reaches.</summary>
[Collection("libtorch")]
public sealed class TaskTests
{
    private const string TwoInputs = """
        { "inputs": { "image": { "shape": [1, 28, 28] }, "facts": { "shape": [8] } }, "layers": [
            { "name": "seen", "type": "conv2d", "inputs": ["image"], "out_channels": 8, "kernel_size": 5, "stride": 2, "padding": "same",
              "norm": "batch_norm", "activation": "relu" },
            { "type": "conv2d", "out_channels": 16, "kernel_size": 5, "stride": 2, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "name": "flat", "type": "flatten" },
            { "name": "known", "type": "linear", "inputs": ["facts"], "out_features": 16, "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["flat", "known"] },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    private const string Pixels = """
        { "inputs": { "image": { "shape": [1, 32, 32] } }, "layers": [
            { "name": "fine", "type": "conv2d", "out_channels": 12, "kernel_size": 3, "padding": "same", "norm": "batch_norm",
              "activation": "relu" },
            { "name": "low", "type": "max_pool2d", "kernel_size": 2 },
            { "type": "conv2d", "out_channels": 16, "kernel_size": 5, "padding": "same", "norm": "batch_norm", "activation": "relu" },
            { "type": "conv2d", "out_channels": 16, "kernel_size": 5, "padding": "same", "norm": "batch_norm", "activation": "relu" },
            { "name": "up", "type": "upsample", "scale_factor": 2 },
            { "name": "merge", "type": "concat", "inputs": ["fine", "up"] },
            { "name": "mask", "type": "conv2d", "out_channels": 3, "kernel_size": 3, "padding": "same" } ] }
        """;

    private const string Rows = """
        { "inputs": { "x": { "shape": [10] } }, "layers": [
            { "name": "a", "type": "linear", "out_features": 32, "activation": "relu" },
            { "name": "b", "type": "linear", "out_features": 32, "activation": "relu" },
            { "name": "y", "type": "linear", "out_features": 1 } ] }
        """;

    /// <summary><see cref="Rows"/> with a second output, one of three classes.</summary>
    private static readonly string RowsAndThird =
        Rows[..^3] + """, { "name": "third", "type": "linear", "inputs": ["b"], "out_features": 3 } ], "outputs": ["third", "y"] }""";

    [Fact]
    public void Two_inputs_are_learned_together()
    {
        var result = Train(
            TwoInputs,
            TwoView.Generate(BuiltInDataSets.TwoView),
            """{ "epochs": 5, "batch_size": 64, "precision": "float32" }"""
        );

        Assert.InRange(result.TestAccuracy!.Value, 0.85, 1);                            // one input alone: 0.5
    }

    [Theory]
    [InlineData("channels_first", "cross_entropy"), InlineData("channels_last", "dice_cross_entropy"), InlineData("channels_last", "focal")]
    public void Every_pixel_gets_its_class(string layout, string loss)
    {
        var spec = Pixels.Replace("{ \"inputs\"", $"{{ \"layout\": \"{layout}\", \"inputs\"", StringComparison.Ordinal)
            .Replace("[1, 32, 32]", layout == "channels_last" ? "[32, 32, 1]" : "[1, 32, 32]", StringComparison.Ordinal);

        var result = Train(
            spec,
            Segments.Generate(BuiltInDataSets.Segments with { TrainSamples = 512, TestSamples = 64 }),
            $$"""{ "epochs": 8, "batch_size": 16, "optimizer": { "type": "adamw", "lr": 0.01 }, "loss": "{{loss}}" }"""
        );

        // The focal loss hardly counts the pixels that are sure, so as many steps come less far.
        Assert.InRange(result.Test.Metrics["mean_iou"], loss == "focal" ? 0.6 : 0.7, 1);
        Assert.InRange(result.Test.Metrics["pixel_accuracy"], 0.9, 1);                  // background alone: 0.8
        Assert.Null(result.TestAccuracy);
    }

    // The recipe has twice the epochs, and reaches a Dice of 0.95 and more.
    [Fact]
    public void Every_voxel_gets_its_class()
    {
        var result = Train(
            Sample("volumes-unet"),
            Volumes.Generate(BuiltInDataSets.Volumes with { TrainSamples = 280, TestSamples = 40 }),
            """
            { "epochs": 4, "batch_size": 8, "loss": "dice_cross_entropy", "optimizer": { "type": "adamw", "lr": 0.01 },
              "validation_split": 0, "export": "last" }
            """
        );

        Assert.InRange(result.Test.Metrics["dice"], 0.85, 1);                           // background alone: 0.31
        var iou = result.Test.Metrics["mean_iou"];
        Assert.InRange(result.Test.Metrics["dice"], iou, 2 * iou / (1 + iou));                   // of each class it is the upper bound
    }

    // Teacher-forced: one step of the answer tells nothing of the next, so whatever is right comes through the encoder's state.
    [Fact]
    public void A_decoder_turns_round_what_an_encoder_has_read()
    {
        var result = Train(
            Sample("seq2seq"),
            Reversal.Generate(BuiltInDataSets.Reversal with { TrainSamples = 4_000, TestSamples = 500 }),
            """
            { "epochs": 8, "batch_size": 64, "optimizer": { "type": "adamw", "lr": 0.01 }, "gradient_clip": { "norm": 1 },
              "validation_split": 0, "export": "last", "precision": "float32" }
            """
        );

        Assert.InRange(result.Test.Metrics["pixel_accuracy"], 0.8, 1);                  // a guess: 0.07
    }

    [Theory]
    [InlineData("mse"), InlineData("mae"), InlineData("huber")]
    public void A_number_is_predicted_from_a_table(string loss)
    {
        var result = Train(
            Rows,
            Tabular.Generate(BuiltInDataSets.Tabular),
            $$"""{ "epochs": 20, "optimizer": { "type": "adamw", "lr": 0.02 }, "loss": "{{loss}}", "precision": "float32" }"""
        );

        Assert.InRange(result.Test.Metrics["r2"], 0.9, 0.97);                           // the noise's share of the variance leaves 0.96
    }

    [Fact]
    public void Two_outputs_are_trained_by_the_weighted_sum_of_their_losses()
    {
        var result = Train(
            RowsAndThird,
            Tabular.Generate(BuiltInDataSets.Tabular),
            """
            { "epochs": 20, "optimizer": { "type": "adamw", "lr": 0.02 }, "precision": "float32",
              "loss": { "outputs": { "y": { "type": "huber", "weight": 0.5 } } } }
            """
        );

        Assert.InRange(result.Test.Metrics["r2/y"], 0.9, 0.97);
        Assert.InRange(result.Test.Metrics["accuracy/third"], 0.8, 1);
        Assert.Equal((result.Test.Metrics["r2/y"] + result.Test.Metrics["accuracy/third"]) / 2, result.Test.Score, 1e-12);
    }

    [Fact]
    public void A_weight_of_zero_leaves_an_output_as_it_was_born()
    {
        var result = Train(
            RowsAndThird,
            Tabular.Generate(BuiltInDataSets.Tabular),
            """
            { "epochs": 20, "optimizer": { "type": "adamw", "lr": 0.02 }, "precision": "float32",
              "loss": { "outputs": { "third": { "type": "cross_entropy", "weight": 0 } } } }
            """
        );

        Assert.InRange(result.Test.Metrics["r2/y"], 0.9, 0.97);
        Assert.InRange(result.Test.Metrics["accuracy/third"], 0, 0.6);
    }

    [Theory]
    [InlineData(""), InlineData(""", { "type": "sigmoid" }""")]
    public void Labels_are_learned_each_for_itself_whether_the_network_ends_in_their_sigmoid_or_not(string ending)
    {
        var spec = """
            { "inputs": { "image": { "shape": [1, 32, 32] } }, "layers": [
                { "type": "conv2d", "out_channels": 12, "kernel_size": 5, "padding": "same", "norm": "batch_norm", "activation": "relu" },
                { "type": "max_pool2d", "kernel_size": 2 },
                { "type": "conv2d", "out_channels": 24, "kernel_size": 5, "padding": "same", "norm": "batch_norm", "activation": "relu" },
                { "type": "global_max_pool" }, { "type": "linear", "out_features": 2 } ENDING ] }
            """.Replace("ENDING", ending, StringComparison.Ordinal);

        var result = Train(spec, ShapesThere(), """{ "epochs": 8, "batch_size": 16, "optimizer": { "type": "adamw", "lr": 0.01 } }""");

        Assert.InRange(result.Test.Metrics["f1"], 0.88, 1);                             // saying yes to everything: 0.8
        Assert.InRange(result.Test.Metrics["label_accuracy"], 0.8, 1);
    }

    /// <summary>The pictures of <c>segments</c>, labeled with which shapes are in them.</summary>
    private static DataSet ShapesThere()
    {
        var info = BuiltInDataSets.Segments with { TrainSamples = 768, TestSamples = 128 };
        var masks = Segments.Generate(info);
        Split Labeled(Split split)
        {
            using var scope = NewDisposeScope();
            // [N, 2]
            var labels = stack([.. new[] { 1, 2 }.Select(shape => split.Targets[0].eq(shape).flatten(1).any(1).to(ScalarType.Byte))], 1);
            split.Targets[0].Dispose();
            return split with { Targets = [labels.DetachFromDisposeScope()] };
        }

        return masks with
        {
            Info = info with { Targets = [new("there", LearningTask.Multilabel, [2], ["disc", "diamond"])] },
            Train = Labeled(masks.Train),
            Test = Labeled(masks.Test),
        };
    }

    private static string Sample(string name) => File.ReadAllText(Path.Combine(Repository.Root, "samples", $"{name}.json"));

    private static TrainingResult Train(string spec, DataSet data, string settings)
    {
        using (data)
        {
            var outcome = TrainingRun.Execute(
                TestTraining.Plan(spec),
                TestTraining.Settings(settings),
                data,
                new Dictionary<string, string>(),
                _ => { },
                TestContext.Current.CancellationToken
            );
            var result = Assert.IsType<Outcome.Finished>(outcome).Result;
            TestContext.Current.SendDiagnosticMessage($"{result.Test}");
            return result;
        }
    }
}
