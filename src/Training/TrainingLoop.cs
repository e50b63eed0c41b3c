using System.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Training.Data;
using ConcatService.Training.Optimizers;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>The loop. Knows no database and no queue; runs on one thread, because dispose scopes and gradient mode belong to a thread.</summary>
internal sealed class TrainingLoop(Network network, TrainingSettings settings, TrainingData data, Action<TrainingReport> report, CancellationToken stop)
{
    private readonly TorchModel _model = network.Model;
    private readonly long _stepsPerEpoch = data.TrainCount / settings.BatchSize;
    private readonly ScalarType _precision = settings.Precision == Precision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>A scalar costs a CPU nothing; a GPU would wait for the step to end.</summary>
    private readonly int _readEvery = settings.Device == DeviceKind.Cuda ? 16 : 1;

    private readonly double _warmupSteps = settings.Schedule.WarmupEpochs.Given!.Value * (data.TrainCount / settings.BatchSize);
    private readonly Stopwatch _training = new();
    private readonly Stopwatch _whole = new();
    private long _step;

    public long Steps => settings.Epochs * _stepsPerEpoch;

    /// <summary>Mean over the whole training, steps only.</summary>
    public double SamplesPerSecond => _step * settings.BatchSize / _training.Elapsed.TotalSeconds;

    /// <summary>Trains all epochs, or until a limit of the settings. The snapshot is of the weights to export; null and where, when the loss stopped being a number.</summary>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public (Snapshot? Trained, Outcome.Diverged? Diverged) Run()
    {
        _whole.Start();
        using var optimizer = Optimizer.For(settings.Optimizer, _model);
        using var average = settings.Ema is { } ema ? new Average(ema, _model) : null;
        var patience = new Patience(settings.EarlyStopping);
        Snapshot? best = null;
        string? end = null;
        for (var epoch = 1; epoch <= settings.Epochs && end is null; epoch++)
        {
            if (TrainEpoch(epoch, optimizer, average, out var train) is { } diverged)
            {
                best?.Dispose();
                return (null, diverged);
            }

            var (validation, isBest, outOfTime) = ((Measures?)null, false, IsOutOfTime);
            if (epoch == settings.Epochs || epoch % settings.EvaluateEveryEpochs == 0 || outOfTime)
            {
                average?.Swap();
                NativeHeap.Trim();
                validation = data.ValidationCount > 0 ? Evaluation.Of(network, data.Validation(Evaluation.BatchSize(settings)), stop) : null;
                NativeHeap.Trim();
                if (isBest = best is null || settings.Export != Export.Best || validation!.IsBetterThan(best.Validation!))
                {
                    best?.Dispose();
                    best = Snapshot.Of(_model, epoch, validation);
                }

                average?.Swap();
            }

            report(new TrainingReport.EpochDone(epoch, (int)settings.Epochs, _step, train, validation, SamplesPerSecond, isBest));
            end = outOfTime ? $"max_duration is over: {_whole.Elapsed.TotalSeconds:0.0} of {settings.MaxDuration!.Value.TotalSeconds:0.0} s." : patience.EndAfter(validation);
            if (end is not null && epoch < settings.Epochs)
                report(new TrainingReport.EndsEarly(end));
        }

        return (best, null);
    }

    private bool IsOutOfTime => _whole.Elapsed >= settings.MaxDuration;

    private Outcome.Diverged? TrainEpoch(int epoch, Optimizer optimizer, Average? average, out Measures mean)
    {
        _model.Training = true;
        _model.Precision = _precision;
        mean = null!;
        using var meter = new Meter(network);
        var total = Tally.None(network);
        var since = _training.Elapsed;
        foreach (var take in data.Epoch(epoch, settings.BatchSize))
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            _training.Start();
            var rate = settings.Schedule.RateAt(settings.Optimizer.Lr.Given!.Value, _step, _warmupSteps, Steps, _stepsPerEpoch);
            var batch = take();

            optimizer.ZeroGradient();
            var scores = network.Scores(batch.Inputs);
            var loss = network.Loss(scores, batch.Targets, training: true);
            meter.Add(loss, scores, batch.Targets);
            _step++;
            var isLast = _step % _stepsPerEpoch == 0 || IsOutOfTime;
            var read = isLast || _step % _readEvery == 0 ? meter.Read() : null;
            if (read is not null && !double.IsFinite(read.Sums[0]))                                            // before the step, which would spread it to every weight
                return new(_step, network.FirstNotFinite(batch.Inputs), rate);
            loss.backward();
            optimizer.Clip(settings.GradientClip);
            optimizer.Step(rate);
            average?.Add(_step);
            _training.Stop();

            if (read is null)
                continue;
            total += read;
            var elapsed = _training.Elapsed;
            report(new TrainingReport.StepDone(_step, Steps, epoch, read.Of(network), rate, read.Samples / (elapsed - since).TotalSeconds, SamplesPerSecond, elapsed / _step * (Steps - _step)));
            since = elapsed;
            if (isLast)
                break;
        }

        mean = total.Of(network);
        return null;
    }
}
