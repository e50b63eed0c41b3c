using ConcatService.Domain.Jobs;
using ConcatService.Training.Data;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>Loss and metrics of a network in evaluation mode, always in float32 and without label smoothing.</summary>
internal static class Evaluation
{
    /// <summary>
    /// Large enough to keep the cores busy, small enough to stay in the caches of most networks; never more samples than a step has, which
    /// need more memory there.
    /// </summary>
    public static long BatchSize(TrainingSettings settings) => Math.Min(250, settings.BatchSize);

    /// <param name="answers">Is shown every batch; null where only the figures are wanted.</param>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public static MetricSet Of(Network network, IEnumerable<Func<Batch>> batches, CancellationToken stop, AnswerCounts? answers = null)
    {
        using var untracked = no_grad();
        using var meter = new Meter(network);
        network.Model.Training = false;
        network.Model.Precision = ScalarType.Float32;
        foreach (var take in batches)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = take();
            var scores = network.Scores(batch.Inputs);
            meter.Add(network.Loss(scores, batch.Targets, training: false), scores, batch.Targets);
            answers?.Add(scores, batch.Targets);
        }

        return meter.Read().Of(network);
    }
}
