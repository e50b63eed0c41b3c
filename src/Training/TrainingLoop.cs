using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Checkpoints;
using ConcatService.Training.Data;
using ConcatService.Training.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>
/// The loop: zero, forward, loss, backward, clip, step, report. Knows no database and no queue; runs on one thread, because dispose scopes
/// and gradient mode belong to a thread.
/// </summary>
internal sealed class TrainingLoop(
    Network network, TrainingSettings settings, TrainingData data, TrainingProgress progress, CheckpointSchedule checkpoints,
    Action<TrainingReport> report, CancellationToken stop)
{
    private readonly TorchModel _model = network.Model;
    private readonly TrainingClock _clock = progress.Clock;
    private readonly Sampler _sampler = progress.Sampler;
    private readonly BranchWatch _watch = new(network, settings, progress.Sampler);
    private IDisposable? _settled;
    private readonly ScalarType _precision = settings.Precision == Precision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;
    private readonly long _batchesPerEpoch = data.TrainCount / settings.BatchSize;
    private readonly long _stepsPerEpoch =
        ((data.TrainCount / settings.BatchSize) + settings.Accumulate - 1) / settings.Accumulate;

    /// <summary>Reading a scalar costs a CPU nothing; a GPU would wait for the step to end.</summary>
    private readonly int _readEvery = settings.Device == DeviceKind.Cuda ? 16 : 1;

    public long Steps => settings.Epochs * _stepsPerEpoch;

    /// <summary>Mean over the whole training, steps only.</summary>
    public double SamplesPerSecond => BatchesIn(progress.Step) * settings.BatchSize / _clock.InSteps.TotalSeconds;

    /// <summary>What telemetry has cost, as a share of the time of all steps.</summary>
    public double TelemetryOverhead => _sampler.Spent / _clock.InSteps;

    /// <summary>The last step of an epoch may have fewer than the others.</summary>
    private long BatchesIn(long steps) =>
        (steps / _stepsPerEpoch * _batchesPerEpoch) + (steps % _stepsPerEpoch * settings.Accumulate);

    /// <summary>Of the last epoch, in training mode; null before its end.</summary>
    public MetricSet? Train { get; private set; }

    /// <summary>What is wrong with a branch at the last evaluation.</summary>
    public IReadOnlyList<Verdict> Alarms => _watch.Alarms;

    private bool IsOutOfTime => _clock.Elapsed >= settings.MaxDuration;

    /// <summary>
    /// Trains all epochs, or until a limit of the settings. The snapshot is of the weights to export, and the caller's; null and where,
    /// when the loss stopped being a number.
    /// </summary>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public (Snapshot? Trained, Outcome.Diverged? Diverged) Run()
    {
        _clock.Start();
        checkpoints.Start();
        for (string? end = null; progress.Epoch <= settings.Epochs && end is null; progress.Epoch++)
        {
            if (TrainEpoch() is { } diverged)
                return (null, diverged);
            end = EndEpoch(IsOutOfTime);
            if (end is not null && progress.Epoch < settings.Epochs)
                report(new TrainingReport.EndsEarly(end));
            progress.EpochSums = MetricSums.None(network);
        }

        return (progress.Best.Take(), null);
    }

    private Outcome.Diverged? TrainEpoch()
    {
        var (optimizer, since) = (progress.Optimizer, _clock.InSteps);
        (_model.Training, _model.Precision) = (true, _precision);
        using var meter = new Meter(network);
        var done = progress.Step - ((progress.Epoch - 1) * _stepsPerEpoch);
        foreach (var group in data.Epoch(progress.Epoch, settings.BatchSize, settings.Accumulate, done))
        {
            using var scope = NewDisposeScope();
            _clock.StartStep();
            var rate = RateAt(progress.Step);

            optimizer.ZeroGradient();
            var divisors = group.Length == 1 ? [] : network.Divisors(group);
            foreach (var take in group.SkipLast(1))
            {
                using var batch = NewDisposeScope();
                network.Backward(Forward(take(), group.Length, divisors, meter));
            }

            var last = group[^1]();
            _sampler.Begin(progress.Step + 1, Steps, _clock.InSteps, last.Targets);
            var loss = Forward(last, group.Length, divisors, meter, _sampler);
            var isLast = ++progress.Step % _stepsPerEpoch == 0 || IsOutOfTime;
            var read = isLast || progress.Step % _readEvery == 0 ? meter.Read() : null;
            if (read is { IsFinite: false }) // before the step, which would spread it to every weight
                return Divergence.OfLoss(network, group.Select(take => take().Inputs), progress.Step, rate);
            network.Backward(loss);
            if (read is not null && !optimizer.IsGradientFinite())
                return Divergence.OfGradient(network, progress.Step, rate);
            _sampler.Measure(optimizer);
            optimizer.Clip(settings.GradientClip);
            optimizer.Step(rate);
            progress.Average?.Add(progress.Step);
            var signals = _sampler.End(_clock.InSteps);
            _clock.StopStep();

            if (signals is not null)
            {
                _watch.Saw(signals);
                report(new TrainingReport.Sampled(progress.Step, signals));
            }

            if (read is null)
                continue;
            since = ReportStep(read, rate, since);
            checkpoints.KeepWhenDue(progress);
            if (isLast)
                break;
        }

        return null;
    }

    /// <summary>The batch's part in the loss of its step, whose gradient is still to be added.</summary>
    private Tensor Forward(Batch batch, int batches, Tensor?[] divisors, Meter meter, Sampler? sampler = null)
    {
        stop.ThrowIfCancellationRequested();
        var scores = network.Scores(batch.Inputs, sampler);
        var losses = network.Losses(scores, batch.Targets, training: true);
        var loss = Network.Sum(losses);
        meter.Add(loss, scores, batch.Targets);
        return batches == 1 ? loss : network.Part(losses, batch.Targets, divisors, batches);
    }

    private double RateAt(long step)
    {
        var warmup = settings.Schedule.WarmupEpochs.Given!.Value * _stepsPerEpoch;
        return settings.Schedule.RateAt(settings.Optimizer.Lr.Given!.Value, step, warmup, Steps, _stepsPerEpoch);
    }

    /// <summary>Adds what was read to the epoch and reports it. Returns the time until now, from which the next report counts.</summary>
    private TimeSpan ReportStep(MetricSums read, double rate, TimeSpan since)
    {
        progress.EpochSums += read;
        var elapsed = _clock.InSteps;
        report(new TrainingReport.StepDone(
            progress.Step, Steps, progress.Epoch, (int)settings.Epochs, read.Of(network), rate,
            read.Samples / (elapsed - since).TotalSeconds, SamplesPerSecond, elapsed / progress.Step * (Steps - progress.Step)));
        return elapsed;
    }

    /// <summary>Evaluates where that is due and reports the epoch. Returns why the training should end; null to go on.</summary>
    private string? EndEpoch(bool isOutOfTime)
    {
        var (epoch, train) = (progress.Epoch, progress.EpochSums.Of(network));
        Train = train;
        var isDue = isOutOfTime || epoch == settings.Epochs || epoch % settings.EvaluateEveryEpochs == 0;
        var (validation, isBest) = isDue ? Evaluate() : (null, false);
        report(new TrainingReport.EpochDone(epoch, (int)settings.Epochs, progress.Step, train, validation, SamplesPerSecond, isBest));
        return isOutOfTime
            ? $"max_duration is over: {_clock.Elapsed.TotalSeconds:0.0} of {settings.MaxDuration!.Value.TotalSeconds:0.0} s."
            : progress.EarlyStopping.EndAfter(validation);
    }

    /// <summary>Validates the weights, or their average where one is kept, and keeps them if they are the best.</summary>
    private (MetricSet? Validation, bool IsBest) Evaluate()
    {
        progress.Average?.Swap();
        _settled = FlatNorms.Settle(network, () => data.Epoch(1, settings.BatchSize).Select(group => group[0]()).First());
        var validation = data.ValidationCount == 0 ? null : Validate();
        _watch.AtEvaluation(data, progress.Step, Steps, _clock.InSteps, stop).ForEach(report);
        var isBest = progress.Best.Offer(_model, progress.Epoch, validation);
        _settled?.Dispose();
        progress.Average?.Swap();
        return (validation, isBest);
    }

    private MetricSet Validate()
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, checkpoints.Leave);
        try
        {
            NativeHeap.Trim();
            var validation = Evaluation.Of(network, data.Validation(Evaluation.BatchSize(settings)), either.Token);
            NativeHeap.Trim();
            return validation;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _settled?.Dispose();
            progress.Average?.Swap();
            checkpoints.KeepWhenDue(progress); // the epoch's steps are done; the next attempt evaluates
            throw;
        }
    }
}
