using System.Collections.Concurrent;
using System.Diagnostics;

namespace ConcatService.Api.Inference.Engine;

/// <summary>How often something happened and how long it took in all, in ticks of <see cref="Stopwatch"/>.</summary>
internal sealed class Tally
{
    private long _count, _ticks;

    public long Count => Interlocked.Read(ref _count);

    public long Nanoseconds => (long)(Interlocked.Read(ref _ticks) * (1e9 / Stopwatch.Frequency));

    public void Add(long ticks)
    {
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _ticks, ticks);
    }
}

/// <summary>
/// What was asked of a model version in this process, split as Triton splits it: waiting, preparing inputs, computing, handing out.
/// Times of a batch are counted for the batch in <see cref="Batches"/>, and for each of its requests in the others.
/// </summary>
internal sealed class ModelStats
{
    /// <summary>Triton's reasons for a failure.</summary>
    public static IReadOnlyList<string> Reasons { get; } = ["REJECTED", "CANCELED", "BACKEND", "OTHER"];

    private readonly Tally[] _failures = [.. Reasons.Select(_ => new Tally())];
    private long _samples, _executions, _lastMilliseconds, _pending;

    public Tally Success { get; } = new();
    public Tally Queue { get; } = new();
    public Tally Input { get; } = new();
    public Tally Compute { get; } = new();
    public Tally Output { get; } = new();

    /// <summary>By samples in one run of the model.</summary>
    public ConcurrentDictionary<long, (Tally Input, Tally Compute)> Batches { get; } = new();

    /// <summary>Samples of all successful requests.</summary>
    public long Samples => Interlocked.Read(ref _samples);

    /// <summary>Runs of the model.</summary>
    public long Executions => Interlocked.Read(ref _executions);

    /// <summary>Since 1970; 0 before the first request.</summary>
    public long LastMilliseconds => Interlocked.Read(ref _lastMilliseconds);

    /// <summary>Requests that wait for a run.</summary>
    public long Pending => Interlocked.Read(ref _pending);

    public Tally Failure(string reason) => _failures[Reasons.ToList().IndexOf(reason)];

    public void Waits(int change) => Interlocked.Add(ref _pending, change);

    public void Ran(long samples, long inputTicks, long computeTicks)
    {
        Interlocked.Increment(ref _executions);
        var (input, compute) = Batches.GetOrAdd(samples, static _ => (new(), new()));
        input.Add(inputTicks);
        compute.Add(computeTicks);
    }

    public void Answered(long samples, RunTimes times, long outputTicks, long allTicks)
    {
        Interlocked.Add(ref _samples, samples);
        Interlocked.Exchange(ref _lastMilliseconds, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Success.Add(allTicks);
        Queue.Add(times.QueueTicks);
        Input.Add(times.InputTicks);
        Compute.Add(times.ComputeTicks);
        Output.Add(outputTicks);
    }
}

/// <summary>Where the time of a request went, in ticks of <see cref="Stopwatch"/>.</summary>
internal readonly record struct RunTimes(long QueueTicks, long InputTicks, long ComputeTicks);
