using ConcatService.Domain.Jobs;
using ConcatService.Domain.OnnxExport;
using ConcatService.Training.Onnx;
using TorchSharp;
using Xunit;

namespace ConcatService.Training.Tests;

[Collection("libtorch")]
public sealed class TrainingRunTests
{
    [Theory]
    [InlineData("float32"), InlineData("bfloat16")]
    public void A_two_branch_network_learns_and_its_export_computes_the_same(string precision)
    {
        var reports = new List<TrainingReport>();

        var outcome = TestTraining.Train(
            $$"""{ "epochs": 4, "batch_size": 64, "threads": 2, "precision": "{{precision}}" }""",
            report: reports.Add
        );

        var finished = Assert.IsType<Outcome.Finished>(outcome);
        Assert.InRange(finished.Result.TestAccuracy!.Value, 0.9, 1);
        Assert.InRange(finished.Result.Parity.MaxRelativeToPeak, 0, Parity.Tolerance);
        Assert.Equal(256, finished.Result.Parity.Samples);
        Assert.Equal(64, finished.Result.WeightsSha256.Length);
        Assert.Equal(4 * 36, reports.OfType<TrainingReport.StepDone>().Count()); // 2304 samples after the split, 36 full batches
        Assert.Equal(
            Enumerable.Range(1, 144).Select(step => (long)step),
            reports.OfType<TrainingReport.StepDone>().Select(step => step.Number)
        );
        Assert.Equal(4, reports.OfType<TrainingReport.EpochDone>().Count());
        Assert.IsType<TrainingReport.Started>(reports[0]);
        Assert.IsType<TrainingReport.Finalizing>(reports[^1]);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_seed_others()
    {
        const string settings = """{ "epochs": 1, "batch_size": 64, "threads": 2, "precision": "bfloat16", "seed": SEED }""";
        string Hash(int seed) =>
            Assert
                .IsType<Outcome.Finished>(TestTraining.Train(settings.Replace("SEED", $"{seed}", StringComparison.Ordinal)))
                .Result.WeightsSha256;

        Assert.Equal(Hash(7), Hash(7));
        Assert.NotEqual(Hash(7), Hash(8));
    }

    [Fact]
    public void A_rate_far_too_high_ends_as_divergence_with_step_and_layer()
    {
        const string withoutNorms = """
            { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
                { "name": "conv", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "activation": "relu" },
                { "name": "flat", "type": "flatten" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
            """;

        var outcome = TestTraining.Train(
            """{ "precision": "float32", "optimizer": { "type": "sgd", "lr": 100 }, "schedule": "constant" }""",
            withoutNorms
        );

        var diverged = Assert.IsType<Outcome.Diverged>(outcome);
        Assert.InRange(diverged.Step, 2, 20);
        Assert.Contains(diverged.Layer, (string[])["conv", "logits"]);
        Assert.Contains("lower optimizer.lr", diverged.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_branch_that_diverges_is_named_with_its_concat_and_what_to_do_in_the_same_step()
    {
        const string eachWithItsHead = """
            { "inputs": { "image": { "shape": [1, 28, 28] } }, "layers": [
                { "name": "stem", "type": "conv2d", "out_channels": 4, "kernel_size": 3, "activation": "relu" },
                { "name": "calm", "type": "conv2d", "inputs": ["stem"], "out_channels": 4, "kernel_size": 3, "padding": 1,
                  "norm": "batch_norm" },
                { "name": "wild", "type": "conv2d", "inputs": ["stem"], "out_channels": 4, "kernel_size": 3, "padding": 1 },
                { "name": "square", "type": "multiply", "inputs": ["wild", "wild"] },
                  { "name": "fourth", "type": "multiply", "inputs": ["square", "square"] },
                { "name": "eighth", "type": "multiply", "inputs": ["fourth", "fourth"] },
                { "name": "merge", "type": "concat", "inputs": ["calm", "eighth"] },
                { "name": "flat", "type": "flatten" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
            """;
        var last = 0L;

        var outcome = TestTraining.Train(
            """{ "precision": "float32", "optimizer": { "type": "sgd", "lr": 3 }, "schedule": "constant" }""",
            eachWithItsHead,
            report => last = report is TrainingReport.StepDone step ? step.Number : last
        );

        var diverged = Assert.IsType<Outcome.Diverged>(outcome);
        Assert.Equal(last + 1, diverged.Step);
        Assert.Equal(("merge", "eighth"), (diverged.Concat, diverged.Branch));
        Assert.Contains(
            "in branch 'eighth' of concat 'merge'. The learning rate was 3: lower optimizer.lr (try 0.3), set gradient_clip",
            diverged.Message,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void A_stop_is_seen_at_the_next_step()
    {
        using var stop = new CancellationTokenSource();
        var steps = 0L;

        var outcome = TestTraining.TrainUntil("{}", TestTraining.TwoBranches, report =>
        {
            if (report is TrainingReport.StepDone step && (steps = step.Number) == 3)
                stop.Cancel();
        }, stop.Token);

        Assert.IsType<Outcome.Cancelled>(outcome);
        Assert.Equal(3, steps);
    }

    [Fact]
    public void A_network_that_ends_in_softmax_is_trained_on_the_logits_and_exported_with_it()
    {
        var spec = TestTraining.TwoBranches.Replace(
            "\"out_features\": 10 } ]",
            "\"out_features\": 10 }, { \"type\": \"softmax\" } ]",
            StringComparison.Ordinal
        );
        const string settings = """{ "epochs": 1, "batch_size": 64, "precision": "float32", "threads": 2 }""";

        var ends = Assert.IsType<Outcome.Finished>(TestTraining.Train(settings, spec));
        var plain = Assert.IsType<Outcome.Finished>(TestTraining.Train(settings));

        Assert.Equal(plain.Result.WeightsSha256, ends.Result.WeightsSha256);
        Assert.Equal(plain.Result.TestLoss, ends.Result.TestLoss);
    }

    [Fact]
    public void A_channels_last_spec_trains_to_the_same_weights_as_its_channels_first_twin()
    {
        var spec = TestTraining
            .TwoBranches.Replace(
                "{ \"inputs\": { \"image\": { \"shape\": [1, 28, 28] } }",
                "{ \"layout\": \"channels_last\", \"inputs\": { \"image\": { \"shape\": [28, 28, 1] } }",
                StringComparison.Ordinal
            )
            .Replace(
                "{ \"name\": \"flat\", \"type\": \"flatten\" }",
                "{ \"name\": \"flat\", \"type\": \"global_avg_pool\" }",
                StringComparison.Ordinal
            );
        var twin = TestTraining.TwoBranches.Replace(
            "{ \"name\": \"flat\", \"type\": \"flatten\" }",
            "{ \"name\": \"flat\", \"type\": \"global_avg_pool\" }",
            StringComparison.Ordinal
        );
        const string settings = """{ "epochs": 1, "batch_size": 64, "precision": "float32", "threads": 2 }""";

        var last = Assert.IsType<Outcome.Finished>(TestTraining.Train(settings, spec));
        var first = Assert.IsType<Outcome.Finished>(TestTraining.Train(settings, twin));

        Assert.Equal(first.Result.WeightsSha256, last.Result.WeightsSha256);
    }

    [Fact]
    public void Tampered_weights_do_not_pass_the_comparison()
    {
        var plan = TestTraining.Plan(TestTraining.TwoBranches);
        using var scope = torch.NewDisposeScope();
        using var model = new TorchModel(plan);
        torch.random.manual_seed(1);
        Initializers.Fill(model, Initialization.Auto);
        var onnx = ModelExport.Write(model, new Dictionary<string, Normalization>(), new Dictionary<string, string>());
        var images = torch.rand(256, 1, 28, 28);
        Assert.True(ParityGate.Compare(model, onnx, 3, images).Holds);

        using (torch.no_grad())
            model.Parameters.Single(parameter => parameter.Key == "logits.weight").Tensor[3].mul_(1.01);

        var parity = ParityGate.Compare(model, onnx, 3, images);
        Assert.False(parity.Holds);
        Assert.InRange(parity.MaxRelativeToPeak, 1e-4, 0.1);
        Assert.Contains("differs from the trained one on 256 samples", new Outcome.NotEqual(parity).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Training_leaves_no_tensor_behind()
    {
        TestTraining.Train("""{ "epochs": 1, "precision": "float32" }""");
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;

        TestTraining.Train("""{ "epochs": 2, "precision": "float32" }""");

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
