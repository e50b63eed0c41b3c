using System.Globalization;
using ConcatService.Training.Data;
using ConcatService.Training.Heads;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>Whether a trained network tells anything at all: worse than guessing, or no better.</summary>
internal static class Soundness
{
    /// <summary>A validation split of fewer samples says too little; the test split is judged then.</summary>
    private const long Least = 50;

    /// <summary>So many times the loss of a guess, or the squared error of the mean, is no training that merely ended early.</summary>
    private const double Exploded = 10;

    /// <summary>Of a guess: where so few samples were asked that the network may be this much better, nothing is said.</summary>
    private const double Better = 1.5;

    /// <summary>The 95 % quantile of the normal distribution: what luck gives one guesser in twenty.</summary>
    private const double Luck = 1.645;

    /// <summary>Of the weights that the network has now, on held-out samples; a network of several outputs by all of them.</summary>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public static List<QuarantineReason> Of(Network network, TrainingData data, long batchSize, CancellationToken stop)
    {
        var isValidation = data.ValidationCount >= Least;
        return Of(
            network,
            isValidation ? data.Validation(batchSize) : data.Test(batchSize),
            isValidation ? "validation" : "test",
            stop
        );
    }

    /// <param name="split">The name of the split that the batches are of.</param>
    public static List<QuarantineReason> Of(Network network, IEnumerable<Func<Batch>> batches, string split, CancellationToken stop)
    {
        using var untracked = no_grad();
        using var meter = new Meter(network);
        var told = network.Heads.Select(head => head is ClassHead ? new Told() : null).ToList();
        (network.Model.Training, network.Model.Precision) = (false, ScalarType.Float32);
        foreach (var take in batches)
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var batch = take();
            var scores = network.Scores(batch.Inputs);
            meter.Add(network.Loss(scores, batch.Targets, training: false), scores, batch.Targets);
            for (var i = 0; i < told.Count; i++)
                told[i]?.Add(scores[i], batch.Targets[i]);
        }

        var metrics = meter.Read().Of(network);
        var loss = metrics.Loss;
        if (Guess(network, told) is { } guess && (!double.IsFinite(loss) || loss > Exploded * guess))
            return
            [
                new("exploded", string.Create(
                    CultureInfo.InvariantCulture,
                    $"The loss on the {split} split is {loss:g3}, and a guess has {guess:g3}: the training has exploded. Lower "
                        + $"optimizer.lr, or set gradient_clip."
                )),
            ];
        var reasons = network.Heads.Select((head, i) => OfHead(head, told[i], metrics, network.Heads.Count == 1, split)).ToList();
        return reasons.Contains(null) ? [] : [.. reasons.OfType<QuarantineReason>()];
    }

    private static QuarantineReason? OfHead(Head head, Told? told, MetricSet metrics, bool isAlone, string split)
    {
        if (told is not null)
            return told.IsChance(out var recall, out var chance)
                ? new("chance", string.Create(
                    CultureInfo.InvariantCulture,
                    $"{head.Output}: of each class {recall:0.0%} are told rightly on the {split} split, and a guess tells {chance:0.0%}. "
                        + $"Train longer or with another optimizer.lr, and check that the targets belong to the inputs."
                ))
                : null;
        if (head is not NumberHead || !metrics.Metrics.TryGetValue(isAlone ? "r2" : $"r2/{head.Output}", out var r2) || r2 > 0)
            return null;
        return r2 < 1 - Exploded
            ? new("exploded", string.Create(
                CultureInfo.InvariantCulture,
                $"{head.Output}: R² is {r2:g3} on the {split} split, so the squared error is {1 - r2:g3} times that of the mean. Lower "
                    + $"optimizer.lr, or set gradient_clip."
            ))
            : new("chance", string.Create(
                CultureInfo.InvariantCulture,
                $"{head.Output}: R² is {r2:0.000} on the {split} split: the mean of the targets is as good. Train longer or with another "
                    + $"optimizer.lr, and check that the targets belong to the inputs."
            ));
    }

    /// <summary>The loss of somebody who gives every class the same probability; null where an output is a number.</summary>
    private static double? Guess(Network network, List<Told?> told)
    {
        var sum = 0.0;
        for (var i = 0; i < told.Count; i++)
        {
            if (told[i] is not { Classes: > 1 } classes)
                return null;
            sum += network.Heads[i].Weight * Math.Log(classes.Classes);
        }

        return sum;
    }

    /// <summary>How many samples of each class there were, and how many of them were told rightly.</summary>
    private sealed class Told
    {
        private double[] _right = [], _all = [];

        public int Classes => _all.Length;

        public void Add(Tensor scores, Tensor target)
        {
            var classes = Math.Max(2, scores.shape[1]);
            if (_all.Length == 0)
                (_right, _all) = (new double[classes], new double[classes]);
            var said = scores.shape[1] == 1 ? scores.reshape(-1).gt(0).to(ScalarType.Int64) : scores.argmax(1);
            var truth = target.reshape(-1).cpu();
            var right = truth.masked_select(said.reshape(-1).cpu().eq(truth));
            Count(_all, truth);
            Count(_right, right);
        }

        /// <summary>By the mean of the classes' shares, which one who always says the largest class does not raise.</summary>
        public bool IsChance(out double recall, out double chance)
        {
            var there = Enumerable.Range(0, _all.Length).Where(i => _all[i] > 0).ToList();
            chance = there.Count == 0 ? 1 : 1.0 / there.Count;
            recall = there.Count == 0 ? 1 : there.Average(i => _right[i] / _all[i]);
            var error = Luck * Math.Sqrt(chance * (1 - chance) / _all.Sum());
            return there.Count > 1 && recall <= chance + error && recall + error < Better * chance;
        }

        private static void Count(double[] counts, Tensor classes)
        {
            foreach (var each in classes.data<long>())
                counts[each]++;
        }
    }
}
