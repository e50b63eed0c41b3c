using System.Globalization;

namespace ConcatService.Training;

/// <summary>How good a network is on some samples.</summary>
/// <param name="Loss">The weighted sum over the outputs.</param>
/// <param name="Score">What weights are chosen by, the higher the better: accuracy, mean IoU, F1 or R²; the mean of these where there are
/// several outputs.</param>
/// <param name="Metrics">By name: <c>accuracy</c>; where there are several outputs, <c>accuracy/NAME</c>.</param>
public sealed record MetricSet(double Loss, double Score, IReadOnlyDictionary<string, double> Metrics)
{
    /// <summary>Higher score, of equal ones lower loss.</summary>
    public bool IsBetterThan(MetricSet other) => Score > other.Score || (Score == other.Score && Loss < other.Loss);

    /// <summary>Loss and every metric, each name behind this word: <c>test_loss</c>, <c>test_accuracy</c>.</summary>
    public IEnumerable<(string Name, double Value)> Named(string word) =>
        Metrics.Select(metric => ($"{word}_{metric.Key}", metric.Value)).Prepend(($"{word}_loss", Loss));

    /// <summary>For people: <c>loss 0.2210, accuracy 0.9210</c>.</summary>
    public override string ToString() =>
        string.Join(
            ", ",
            Metrics
                .Prepend(new("loss", Loss))
                .Select(each => string.Create(CultureInfo.InvariantCulture, $"{each.Key} {each.Value:0.0000}"))
        );
}
