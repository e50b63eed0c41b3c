using System.Diagnostics;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// The way to a model. A request that finds it free is computed at once, on its own thread; the others wait in line, up to a limit. Where
/// batching is on, those that wait are computed together as soon as the model is free: under no load it costs nothing, and it needs no
/// delay to work.
/// </summary>
internal sealed class ModelQueue : IDisposable
{
    private readonly ServedModel _model;
    private readonly QueueSettings _settings;
    private readonly Queue<QueuedCall> _line = [];
    private readonly Lock _lock = new();
    private readonly Timer _ripe;
    private int _running;
    private int _maxBatch = 1;
    private bool _tried;
    private Task _trial = Task.CompletedTask;

    public ModelQueue(ServedModel model, QueueSettings settings)
    {
        (_model, _settings) = (model, settings);
        _ripe = new(_ => Pump());
        _tried = settings.Batching != Batching.Auto || !model.Signature.CanBatch;
        if (settings.Batching == Batching.On && model.Signature.CanBatch)
            _maxBatch = BatchTrial.BestSize(model, settings);
    }

    /// <summary>Samples that one run may have; 1 where batching is off.</summary>
    public int MaxBatch => Volatile.Read(ref _maxBatch);

    /// <summary>How many runs go side by side: a batch uses all threads of a run, a single sample seldom does.</summary>
    private int Slots => _maxBatch > 1 ? BatchTrial.Slots : Environment.ProcessorCount;

    /// <exception cref="InferenceException">Too many wait already, or the model cannot compute this.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public ValueTask<InferenceResult> RunAsync(InferenceCall call, ModelStats stats, CancellationToken cancel)
    {
        QueuedCall waiting;
        lock (_lock)
        {
            if (_running < Slots && _line.Count == 0 && (_maxBatch == 1 || _settings.Delay == TimeSpan.Zero))
            {
                _running++;
                waiting = null!;
            }
            else if (_line.Count >= _settings.Limit)
            {
                throw new InferenceException(
                    "inference.busy",
                    $"{_line.Count} requests wait for the model already. Try again in a moment.",
                    Fault.Unavailable
                );
            }
            else
            {
                _line.Enqueue(waiting = new QueuedCall(call, stats, cancel));
            }
        }

        if (waiting is not null)
            return WaitAsync(waiting, cancel);
        try
        {
            return new(ModelRun.Alone(_model, call, stats, queueTicks: 0, cancel));
        }
        finally
        {
            Finished();
        }
    }

    /// <summary>Waits for a measurement that is under way: the model must outlive it.</summary>
    public void Dispose()
    {
        _trial.Wait();
        _ripe.Dispose();
    }

    private async ValueTask<InferenceResult> WaitAsync(QueuedCall waiting, CancellationToken cancel)
    {
        TryBatching();
        Pump();
        waiting.Stats.Waits(+1);
        try
        {
            await using var leave = cancel.UnsafeRegister(static waiting => ((QueuedCall)waiting!).Leave(), waiting);
            return await waiting.Result;
        }
        finally
        {
            waiting.Stats.Waits(-1);
        }
    }

    private void Finished()
    {
        lock (_lock)
            _running--;
        Pump();
    }

    /// <summary>Starts the next run when the model is free and someone waits.</summary>
    private void Pump()
    {
        List<QueuedCall> batch;
        lock (_lock)
        {
            if (_running >= Slots || (batch = Take()).Count == 0)
                return;
            _running++;
        }

        ThreadPool.UnsafeQueueUserWorkItem(static run => run.Queue.Run(run.Batch), (Queue: this, Batch: batch), preferLocal: false);
    }

    /// <summary>
    /// The longest waiting request, with those behind it that can be computed together with it. None when it is worth to wait for more.
    /// </summary>
    private List<QueuedCall> Take()
    {
        while (_line.TryPeek(out var gone) && gone.HasLeft)
            _line.Dequeue();
        if (!_line.TryPeek(out var first))
            return [];
        if (
            _maxBatch > 1
            && _settings.Delay - Stopwatch.GetElapsedTime(first.Since) is { Ticks: > 0 } early
            && _line.Sum(each => each.Call.Samples) < _maxBatch
        )
        {
            _ripe.Change(early + TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan); // the timer counts whole milliseconds, downwards
            return [];
        }

        List<QueuedCall> batch = [];
        for (var samples = 0L; _line.TryPeek(out var next); _line.Dequeue())
        {
            if (batch.Count > 0 && ((samples += next.Call.Samples) > _maxBatch || !first.Call.Joins(next.Call)))
                break;
            if (batch.Count == 0)
                samples = next.Call.Samples;
            if (next.TryTake())
                batch.Add(next);
        }

        return batch;
    }

    private void Run(List<QueuedCall> batch)
    {
        try
        {
            ModelRun.Together(_model, batch);
        }
        finally
        {
            Finished();
        }
    }

    /// <summary>With the first request that had to wait, finds out in the background whether batches pay.</summary>
    private void TryBatching()
    {
        lock (_lock)
        {
            if (_tried)
                return;
            _tried = true;
            _trial = Task.Run(Measure);
        }
    }

    private void Measure()
    {
        var best = BatchTrial.BestSize(_model, _settings);
        lock (_lock)
            _maxBatch = best;
        Pump();
    }
}
