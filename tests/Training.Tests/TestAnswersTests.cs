using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using Xunit;

namespace ConcatService.Training.Tests;

[Collection("libtorch")]
public sealed class TestAnswersTests
{
    private const string Settings = """{ "epochs": 1, "batch_size": 64, "threads": 2, "precision": "float32" }""";

    [Fact]
    public void The_confusion_matrix_adds_up_to_the_test_split_and_its_diagonal_to_the_accuracy()
    {
        var finished = Assert.IsType<Outcome.Finished>(TestTraining.Train(Settings));

        var output = Assert.Single(finished.Answers.Outputs);
        Assert.Equal("logits", output.Output);
        using var data = TestTraining.Pictures();
        var support = data.Test.Targets[0].bytes.ToArray().CountBy(label => (int)label).ToDictionary();
        Assert.Equal(Enumerable.Range(0, 10).Select(label => (long)support[label]), output.ConfusionMatrix!.Select(row => row.Sum()));
        var right = output.ConfusionMatrix!.Select((row, i) => row[i]).Sum();
        Assert.Equal(finished.Result.TestAccuracy!.Value, right / 512.0, 12);
    }

    [Fact]
    public void The_worst_samples_are_wrong_ones_with_their_own_pictures_worst_first()
    {
        var finished = Assert.IsType<Outcome.Finished>(TestTraining.Train(Settings));

        var output = Assert.Single(finished.Answers.Outputs);
        Assert.NotEmpty(output.Worst);
        Assert.InRange(output.Worst.Count, 1, ClassAnswers.MostWorst);
        Assert.Equal(output.Worst.OrderByDescending(wrong => wrong.Loss), output.Worst);
        using var data = TestTraining.Pictures();
        var labels = data.Test.Targets[0].bytes.ToArray();
        Assert.All(output.Worst, wrong => Assert.NotEqual(wrong.Class, wrong.Predicted));
        Assert.All(output.Worst, wrong => Assert.Equal(output.Classes[labels[wrong.Sample]], wrong.Class));
        Assert.All(output.Worst, wrong => Assert.InRange(wrong.Probability, 0.1, 1));
        // Of the probability that is left for the true class: at most what the answer leaves.
        Assert.All(output.Worst, wrong => Assert.InRange(Math.Exp(-wrong.Loss), 0, 1 - wrong.Probability + 1e-6));
        var pictures = finished.Answers.Pictures!;
        Assert.Equal([1, 28, 28], pictures.Shape);
        Assert.Equal(output.Worst.Select(wrong => wrong.Sample), pictures.Samples);
        var pixels = data.Test.Inputs[0].bytes.ToArray();
        for (var i = 0; i < pictures.Samples.Length; i++)
            Assert.Equal(pixels.AsSpan((int)pictures.Samples[i] * 784, 784), pictures.Pixels.AsSpan(i * 784, 784));
    }

    [Fact]
    public void A_mask_is_counted_by_its_pixels()
    {
        const string spec = """
            { "inputs": { "image": { "shape": [1, 32, 32] } }, "layers": [
                { "name": "mask", "type": "conv2d", "out_channels": 3, "kernel_size": 3, "padding": "same" } ] }
            """;
        using var data = Segments.Generate(BuiltInDataSets.Segments with { TrainSamples = 64, TestSamples = 40 });

        var finished = Train(spec, data);

        var output = Assert.Single(finished.Answers.Outputs);
        Assert.Empty(output.Worst);
        Assert.Null(finished.Answers.Pictures);
        Assert.Equal(40 * 32 * 32, output.ConfusionMatrix!.Sum(row => row.Sum()));
        var right = output.ConfusionMatrix!.Select((row, i) => row[i]).Sum();
        Assert.Equal(finished.Result.Test.Metrics["pixel_accuracy"], right / (40 * 32 * 32.0), 12);
    }

    [Fact]
    public void Numbers_have_no_classes_to_take_for_each_other()
    {
        const string spec = """
            { "inputs": { "x": { "shape": [10] } }, "layers": [ { "name": "y", "type": "linear", "out_features": 1 } ] }
            """;
        using var data = Tabular.Generate(BuiltInDataSets.Tabular with { TrainSamples = 128, TestSamples = 32 });

        Assert.Empty(Train(spec, data).Answers.Outputs);
    }

    private static Outcome.Finished Train(string spec, DataSet data) =>
        Assert.IsType<Outcome.Finished>(
            TrainingRun.Execute(
                TestTraining.Plan(spec),
                TestTraining.Settings("""{ "epochs": 1, "batch_size": 16, "precision": "float32" }"""),
                data,
                new Dictionary<string, string>(),
                _ => { },
                TestContext.Current.CancellationToken
            )
        );
}
