using Xunit;
using static TorchSharp.torch;

namespace ConcatService.Training.Tests;

/// <summary>When a training looks, when it ends, and which weights it leaves.</summary>
[Collection("libtorch")]
public sealed class LimitTests
{
    private const string Short = "\"batch_size\": 64, \"precision\": \"float32\", \"threads\": 2";

    [Fact]
    public void It_looks_at_the_validation_split_every_so_many_epochs_and_after_the_last()
    {
        var epochs = Epochs($$"""{ "epochs": 5, "evaluate_every_epochs": 2, {{Short}} }""", out _);

        Assert.Equal([false, true, false, true, true], epochs.Select(epoch => epoch.Validation is not null));
    }

    [Fact]
    public void It_ends_when_the_score_gets_no_better()
    {
        // With a rate of almost nothing no score can rise after the first evaluation.
        var epochs = Epochs(
            $$"""
            { "epochs": 9, "early_stopping": { "patience": 2, "min_delta": 0.5 }, "optimizer": { "type": "sgd", "lr": 1e-9 }, {{Short}} }
            """,
            out var reports
        );

        Assert.Equal(3, epochs.Count);
        Assert.Contains(
            "in the last 2 evaluations",
            Assert.Single(reports.OfType<TrainingReport.EndsEarly>()).Reason,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void It_ends_when_its_time_is_over_with_what_it_has_then()
    {
        var outcome = TestTraining.Train($$"""{ "epochs": 10000, "max_duration": "PT0.5S", {{Short}} }""", report: _ => { });

        Assert.InRange(Assert.IsType<Outcome.Finished>(outcome).Result.Epoch, 1, 9999);
    }

    [Fact]
    public void Time_that_is_over_within_the_first_epoch_still_leaves_a_model()
    {
        var epochs = Epochs($$"""{ "epochs": 2, "max_duration": "PT0.000001S", {{Short}} }""", out var reports);

        Assert.Equal(1, Assert.Single(epochs).Step);
        Assert.Single(reports.OfType<TrainingReport.EndsEarly>());
    }

    [Fact]
    public void The_average_is_what_is_evaluated_and_exported()
    {
        string Hash(string settings) =>
            Assert
                .IsType<Outcome.Finished>(TestTraining.Train($$"""{ "epochs": 2, "export": "last", {{settings}} {{Short}} }"""))
                .Result.WeightsSha256;

        Assert.Equal(Hash(""), Hash("\"ema\": { \"decay\": 0 },"));                     // an average of the last step alone
        Assert.NotEqual(Hash(""), Hash("\"ema\": { \"decay\": 0.9 },"));
    }

    [Fact]
    public void An_average_is_of_weights_and_buffers_by_its_formula()
    {
        using var scope = NewDisposeScope();
        using var model = new TorchModel(
            TestTraining.Plan("""{ "inputs": { "x": { "shape": [2] } }, "layers": [ { "type": "batch_norm" } ] }""")
        );
        using var untracked = no_grad();
        foreach (var parameter in model.Parameters)
            parameter.Tensor.fill_(1);
        using var average = new ExponentialMovingAverage(new() { Decay = 0.5 }, model);
        foreach (var parameter in model.Parameters)
            parameter.Tensor.fill_(3);

        average.Add(1);                                                                 // (1 + 1) / (10 + 1) stays
        average.Swap();
        Assert.All(model.Parameters, parameter => Assert.Equal((1 * 2 / 11f) + (3 * 9 / 11f), parameter.Tensor[0].item<float>(), 1e-5));
        average.Swap();
        Assert.All(model.Parameters, parameter => Assert.Equal(3, parameter.Tensor[0].item<float>()));
    }

    [Theory]
    [InlineData("dirac"), InlineData("orthogonal")]
    public void Every_initialization_can_be_trained_from(string initialization)
    {
        var epochs = Epochs(
            $$"""{ "epochs": 2, "initialization": "{{initialization}}", "augment": ["flip", { "type": "erase", "p": 0.2 }], {{Short}} }""",
            out _
        );

        Assert.InRange(epochs[^1].Train.Loss, 0, epochs[0].Train.Loss);
    }

    [Fact]
    public void A_dirac_convolution_gives_what_it_gets_and_an_orthogonal_one_keeps_lengths()
    {
        using var scope = NewDisposeScope();
        using var model = new TorchModel(TestTraining.Plan("""
            { "inputs": { "x": { "shape": [4, 5, 5] } },
              "layers": [ { "type": "conv2d", "out_channels": 4, "kernel_size": 3, "padding": "same", "groups": 2, "bias": false } ] }
            """));
        var x = rand(2, 4, 5, 5);

        Initializers.Fill(model, Domain.Jobs.Initialization.Dirac);
        Assert.True(model.Forward(x)[0].eq(x).all().item<bool>());

        Initializers.Fill(model, Domain.Jobs.Initialization.Orthogonal);
        var rows = model.Parameters[0].Tensor.detach().flatten(1);
        Assert.True(rows.mm(rows.T).sub(eye(4)).abs().max().item<float>() < 1e-5);
    }

    private static List<TrainingReport.EpochDone> Epochs(string settings, out List<TrainingReport> reports)
    {
        var all = reports = [];
        Assert.IsType<Outcome.Finished>(TestTraining.Train(settings, report: all.Add));
        return [.. all.OfType<TrainingReport.EpochDone>()];
    }
}
