using ConcatService.Domain.Jobs;
using ConcatService.Training.Checkpoints;
using ConcatService.Training.Data;
using ConcatService.Training.Optimizers;
using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests;

/// <summary>Optimizer steps that take several batches, against steps that take one of so many times the samples.</summary>
[Collection("libtorch")]
public sealed class AccumulationTests
{
    // Without batch norm, which is of one batch whatever is accumulated.
    private const string Plain = """
        { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
            { "name": "stem", "type": "conv2d", "out_channels": 6, "kernel_size": 5, "stride": 4, "activation": "relu" },
            { "name": "flat", "type": "flatten" },
            { "name": "logits", "type": "linear", "out_features": 10 } ] }
        """;

    // Five batches of 16 in groups of four: the second step has one batch, and counts it as a whole.
    [Theory]
    [InlineData("\"loss\": \"cross_entropy\"")]
    [InlineData("\"loss\": { \"type\": \"cross_entropy\", \"class_weights\": \"auto\", \"label_smoothing\": 0.1 }")]
    [InlineData("\"loss\": { \"type\": \"focal\", \"class_weights\": [9, 1, 1, 1, 5, 1, 1, 1, 1, 2], \"weight\": 3 }")]
    [InlineData("\"loss\": \"focal\", \"gradient_clip\": { \"norm\": 0.1 }")]
    public void A_step_of_several_batches_is_that_of_one_batch_with_all_their_samples(string options)
    {
        using var scope = NewDisposeScope();
        using var data = TestTraining.Pictures(80, 10);
        var settings = Settings(
            $$"""
            { "epochs": 1, "batch_size": 16, "accumulate": 4, "validation_split": 0, "export": "last", "precision": "float32", "threads": 1,
              "optimizer": { "type": "sgd", "lr": 1, "momentum": 0 }, "schedule": "constant", {{options}} }
            """,
            data
        );
        using var accumulated = Model();
        Run(accumulated, settings, data);

        using var reference = Model();
        using var prepared = new TrainingData(data, settings, reference.Plan, CPU);
        var network = Network.Of(reference, data.Info, settings.Loss);
        using var optimizer = Optimizer.For(settings.Optimizer, reference);
        reference.Training = true;
        var steps = prepared.Epoch(1, 16).Select(group => group[0]()).Chunk(4).ToList();
        Assert.Equal([4, 1], steps.Select(step => step.Length));
        foreach (var step in steps)
        {
            optimizer.ZeroGradient();
            var inputs = cat([.. step.Select(batch => batch.Inputs[0])]);
            network.Loss(network.Scores([inputs]), [cat([.. step.Select(batch => batch.Targets[0])])], training: true).backward();
            optimizer.Clip(settings.GradientClip);
            optimizer.Step(1);
        }

        var peak = reference.Weights.abs().max().item<float>();                 // a rate of 1 makes weights of more than 1
        Assert.InRange((accumulated.Weights - reference.Weights).abs().max().item<float>() / Math.Max(1, peak), 0, 1e-6);
        using var untrained = Model();
        Assert.True((accumulated.Weights - untrained.Weights).abs().max().item<float>() > 1e-3);
    }

    [Fact]
    public void Steps_the_schedule_and_the_average_count_optimizer_steps()
    {
        using var data = TestTraining.Pictures(80, 10);
        using var model = Model();
        var rates = new List<double>();

        var steps = Run(
            model,
            Settings(
                """
                { "epochs": 4, "batch_size": 16, "accumulate": 2, "validation_split": 0, "export": "last", "threads": 1, "telemetry": "off",
                  "optimizer": { "type": "sgd", "lr": 1 }, "schedule": { "type": "step", "every_epochs": 2, "gamma": 0.5 } }
                """,
                data
            ),
            data,
            report => rates.AddRange(report is TrainingReport.StepDone step ? [step.LearningRate] : [])
        );

        Assert.Equal(12, steps);                                                        // two groups of two, one of one
        Assert.Equal([1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5], rates);
    }

    private static TrainingSettings Settings(string json, DataSet data)
    {
        var plan = TestTraining.Plan(Plain);
        var settings = TestTraining.Settings(json).Resolve(Machines.This(), [("logits", data.Info.Targets[0])]);
        using var prepared = new TrainingData(data, settings, plan, CPU);
        return settings with { Loss = settings.Loss.Balanced(["logits"], _ => prepared.ClassCounts(0, 10)) };
    }

    private static TorchModel Model()
    {
        manual_seed(5);
        var model = new TorchModel(TestTraining.Plan(Plain));
        Initializers.Fill(model, Initialization.Auto);
        return model;
    }

    /// <summary>Trains the model; returns how many steps there are.</summary>
    private static long Run(TorchModel model, TrainingSettings settings, DataSet data, Action<TrainingReport>? report = null)
    {
        using var prepared = new TrainingData(data, settings, model.Plan, CPU);
        var network = Network.Of(model, data.Info, settings.Loss);
        using var progress = new TrainingProgress(network, settings);
        var loop = new TrainingLoop(
            network,
            settings,
            prepared,
            progress,
            new CheckpointSchedule(null, 60),
            report ?? (_ => { }),
            TestContext.Current.CancellationToken
        );
        loop.Run().Trained?.Dispose();
        Assert.Equal(loop.Steps, progress.Step);
        return loop.Steps;
    }
}
