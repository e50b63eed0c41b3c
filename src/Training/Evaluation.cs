using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>Loss and accuracy of a network in evaluation mode, always in float32 and without label smoothing.</summary>
internal static class Evaluation
{
    /// <summary>Large enough to keep the cores busy, small enough to stay in the caches of most networks.</summary>
    public const long BatchSize = 250;

    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public static (double Loss, double Accuracy) Of(Network network, IEnumerable<Func<(Tensor Images, Tensor Labels)>> batches, CancellationToken stop)
    {
        using var untracked = no_grad();
        using var meter = new Meter(network.Model.Weights.device);
        network.Model.Training = false;
        network.Model.Precision = ScalarType.Float32;
        foreach (var take in batches)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var (images, labels) = take();
            var logits = network.Logits(images);
            meter.Add(nn.functional.cross_entropy(logits, labels), logits, labels);
        }

        var (loss, accuracy, _) = meter.Read();
        return (loss, accuracy);
    }
}
