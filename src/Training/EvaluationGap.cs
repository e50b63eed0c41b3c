using System.Globalization;
using ConcatService.Training.Telemetry;

namespace ConcatService.Training;

/// <summary>Tells where a network is far worse on held-out samples than on those that it was trained on.</summary>
internal static class EvaluationGap
{
    /// <summary>Accuracy, as a share: half of it is lost to overfitting at times, and then told too.</summary>
    private const double Most = 0.3;

    /// <param name="train">Of the last epoch, in training mode.</param>
    /// <param name="test">In evaluation mode, with the exported weights.</param>
    public static TrainingReport.Finding? Of(Network network, MetricSet train, MetricSet test)
    {
        if (network.Heads is not [{ MetricNames: ["accuracy", ..] }] || train.Score - test.Score < Most)
            return null;
        var flat = FlatNorms.Of(network.Model).FirstOrDefault();
        var cause = flat is null
            ? "The network has learned its samples by heart, or they differ from the held-out ones: use weight_decay, augment, fewer "
                + "channels or more samples"
            : $"{flat}. In training a norm uses the batch's mean, in evaluation the running one, and the difference is what is multiplied: "
                + "remove the input that is the same in every sample";
        return new(
            "evaluation_gap",
            "evaluation_gap",
            flat?.Layer,
            string.Create(
                CultureInfo.InvariantCulture,
                $"Accuracy was {train.Score:0.000} in training, in the last epoch, and is {test.Score:0.000} on the test samples. {cause}."
            ),
            new Dictionary<string, object?> { ["train_accuracy"] = train.Score, ["test_accuracy"] = test.Score }
        );
    }
}
