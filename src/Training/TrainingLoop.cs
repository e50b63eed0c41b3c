using System.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using ConcatService.Training.Checkpoints;
using ConcatService.Training.Data;
using ConcatService.Training.Optimizers;
using ConcatService.Training.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>
/// The loop. Knows no database and no queue; runs on one thread, because dispose scopes and gradient mode belong to a thread.
/// </summary>
internal sealed class TrainingLoop(
    Network network,
    TrainingSettings settings,
    TrainingData data,
    Action<TrainingReport> report,
    Checkpointing? checkpointing,
    CancellationToken stop
) : IDisposable
{
    private readonly TorchModel _model = network.Model;
    private readonly long _stepsPerEpoch = data.TrainCount / settings.BatchSize;
    private readonly ScalarType _precision = settings.Precision == Precision.Bfloat16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>A scalar costs a CPU nothing; a GPU would wait for the step to end.</summary>
    private readonly int _readEvery = settings.Device == DeviceKind.Cuda ? 16 : 1;

    private readonly double _warmupSteps = settings.Schedule.WarmupEpochs.Given!.Value * (data.TrainCount / settings.BatchSize);
    private readonly Optimizer _optimizer = Optimizer.For(settings.Optimizer, network.Model);
    private readonly ExponentialMovingAverage? _average = settings.Ema is { } ema ? new(ema, network.Model) : null;
    private readonly EarlyStopping _earlyStopping = new(settings.EarlyStopping);
    private readonly Sampler _sampler = new(network.Model, settings.Telemetry);
    private readonly Stopwatch _training = new();
    private readonly Stopwatch _whole = new();
    private readonly Stopwatch _sinceKept = new();

    /// <summary>Spent by the attempts before this one, in steps and in all.</summary>
    private (TimeSpan Training, TimeSpan Whole) _before;
    private int _epoch = 1;
    private long _step;
    private MetricSums _total = MetricSums.None(network);
    private Snapshot? _best;

    public long Steps => settings.Epochs * _stepsPerEpoch;

    /// <summary>Mean over the whole training, steps only.</summary>
    public double SamplesPerSecond => _step * settings.BatchSize / Trained.TotalSeconds;

    /// <summary>What telemetry has cost, as a share of the time of all steps.</summary>
    public double TelemetryOverhead => _sampler.Spent / Trained;

    private TimeSpan Trained => _before.Training + _training.Elapsed;

    /// <summary>Goes on from a checkpoint: everything but the time is then as if nobody had been in between.</summary>
    public void Resume(TrainingState state, Stream tensors)
    {
        (_step, _epoch, _total) = (state.Step, state.Epoch, new(state.Sums, state.Samples));
        _sampler.Resume(TimeSpan.FromSeconds(state.TelemetrySeconds));
        _before = (TimeSpan.FromSeconds(state.TrainingSeconds), TimeSpan.FromSeconds(state.Seconds));
        _optimizer.Counters = state.Counters;
        _earlyStopping.State = (state.Waited, state.WaitedFrom);
        _best = state.BestEpoch is { } epoch ? Snapshot.Of(_model, epoch, state.Best) : null;
        using var random = get_rng_state();
        TrainingState.Fill(tensors, [.. Tensors, random]);
        set_rng_state(random);
    }

    /// <summary>
    /// Trains all epochs, or until a limit of the settings. The snapshot is of the weights to export, and the caller's; null and where,
    /// when the loss stopped being a number.
    /// </summary>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public (Snapshot? Trained, Outcome.Diverged? Diverged) Run()
    {
        _whole.Start();
        _sinceKept.Start();
        string? end = null;
        for (; _epoch <= settings.Epochs && end is null; _epoch++)
        {
            if (TrainEpoch() is { } diverged)
                return (null, diverged);

            var train = _total.Of(network);
            var (validation, isBest, outOfTime) = ((MetricSet?)null, false, IsOutOfTime);
            if (_epoch == settings.Epochs || _epoch % settings.EvaluateEveryEpochs == 0 || outOfTime)
            {
                _average?.Swap();
                validation = Evaluate();
                if (
                    isBest =
                        _best is null || settings.Export != Export.Best || validation is null || validation.IsBetterThan(_best.Validation!)
                )
                {
                    _best?.Dispose();
                    _best = Snapshot.Of(_model, _epoch, validation);
                }

                _average?.Swap();
            }

            report(new TrainingReport.EpochDone(_epoch, (int)settings.Epochs, _step, train, validation, SamplesPerSecond, isBest));
            end = outOfTime
                ? $"max_duration is over: {Elapsed.TotalSeconds:0.0} of {settings.MaxDuration!.Value.TotalSeconds:0.0} s."
                : _earlyStopping.EndAfter(validation);
            if (end is not null && _epoch < settings.Epochs)
                report(new TrainingReport.EndsEarly(end));
            _total = MetricSums.None(network);
        }

        var best = _best;
        _best = null;
        return (best, null);
    }

    public void Dispose()
    {
        _sampler.Dispose();
        _optimizer.Dispose();
        _average?.Dispose();
        _best?.Dispose();
    }

    private TimeSpan Elapsed => _before.Whole + _whole.Elapsed;

    private bool IsOutOfTime => Elapsed >= settings.MaxDuration;

    private IEnumerable<Tensor> Tensors => TrainingState.Tensors(_model, _optimizer, _average, _best);

    private MetricSet? Evaluate()
    {
        if (data.ValidationCount == 0)
            return null;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, checkpointing?.Leave ?? CancellationToken.None);
        try
        {
            NativeHeap.Trim();
            var validation = Evaluation.Of(network, data.Validation(Evaluation.BatchSize(settings)), either.Token);
            NativeHeap.Trim();
            return validation;
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            _average?.Swap();
            KeepWhenDue(); // the epoch's steps are done; the next attempt evaluates
            throw;
        }
    }

    private void KeepWhenDue()
    {
        if (checkpointing is null)
            return;
        var leaves = checkpointing.Leave.IsCancellationRequested;
        if ((leaves || _sinceKept.Elapsed.TotalSeconds >= settings.CheckpointEverySeconds) && checkpointing.Keep(new(_step, _epoch, Write)))
            _sinceKept.Restart();
        if (leaves)
            throw new OperationCanceledException(checkpointing.Leave);
    }

    private void Write(Stream file)
    {
        var state = new TrainingState(
            settings.ToJson(),
            _step,
            _epoch,
            _total.Sums,
            _total.Samples,
            _optimizer.Counters,
            _earlyStopping.State.Waited,
            _earlyStopping.State.From,
            _best?.Epoch,
            _best?.Validation,
            Trained.TotalSeconds,
            Elapsed.TotalSeconds,
            _sampler.Spent.TotalSeconds
        );
        using var random = get_rng_state();
        state.Write(file, [.. Tensors, random]);
    }

    private Outcome.Diverged? TrainEpoch()
    {
        _model.Training = true;
        _model.Precision = _precision;
        using var meter = new Meter(network);
        var since = Trained;
        foreach (var take in data.Epoch(_epoch, settings.BatchSize, _step - ((_epoch - 1) * _stepsPerEpoch)))
        {
            stop.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            _training.Start();
            var rate = settings.Schedule.RateAt(settings.Optimizer.Lr.Given!.Value, _step, _warmupSteps, Steps, _stepsPerEpoch);
            var batch = take();

            _optimizer.ZeroGradient();
            _sampler.Begin(_step + 1, Trained, batch.Targets);
            var scores = network.Scores(batch.Inputs, _sampler);
            var loss = network.Loss(scores, batch.Targets, training: true);
            meter.Add(loss, scores, batch.Targets);
            _step++;
            var isLast = _step % _stepsPerEpoch == 0 || IsOutOfTime;
            var read = isLast || _step % _readEvery == 0 ? meter.Read() : null;
            if (read is not null && !double.IsFinite(read.Sums[0])) // before the step, which would spread it to every weight
                return Divergence.OfLoss(network, batch.Inputs, _step, rate);
            loss.backward();
            if (read is not null && !_optimizer.IsGradientFinite())
                return Divergence.OfGradient(network, _step, rate);
            _sampler.Measure(_optimizer);
            _optimizer.Clip(settings.GradientClip);
            _optimizer.Step(rate);
            _average?.Add(_step);
            var sampled = _sampler.End(Trained);
            _training.Stop();
            if (sampled is not null)
                report(new TrainingReport.Sampled(_step, sampled));

            if (read is null)
                continue;
            _total += read;
            var elapsed = Trained;
            report(
                new TrainingReport.StepDone(
                    _step,
                    Steps,
                    _epoch,
                    read.Of(network),
                    rate,
                    read.Samples / (elapsed - since).TotalSeconds,
                    SamplesPerSecond,
                    elapsed / _step * (Steps - _step)
                )
            );
            since = elapsed;
            KeepWhenDue();
            if (isLast)
                break;
        }

        return null;
    }
}
