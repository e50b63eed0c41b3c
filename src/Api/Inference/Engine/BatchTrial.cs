using System.Diagnostics;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// Measures whether a model computes samples faster together than one by one on all processors at once, which is what it does without
/// batches. Each size is run before it is timed, so that the model is warm for all of them.
/// </summary>
internal static class BatchTrial
{
    /// <summary>Putting samples together and passing answers between threads costs some microseconds as well.</summary>
    private const double MinGain = 1.25;

    /// <summary>Of sizes that are as fast as each other the larger one: it needs fewer runs.</summary>
    private const double Alike = 1.05;

    /// <summary>Batches that are computed side by side.</summary>
    public static readonly int Slots = Environment.ProcessorCount / OnnxRuntime.Threads;

    private const long MaxBytes = 64L << 20;

    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(1), BudgetOfSize = TimeSpan.FromMilliseconds(40);

    /// <summary>The size with the most samples per second, or 1 where the gain is too small.</summary>
    public static int BestSize(ServedModel model, QueueSettings settings)
    {
        var began = Stopwatch.GetTimestamp();
        var sampleBytes = model.Signature.Inputs.Sum(input =>
            input.Shape.AsSpan(1).ToArray().Aggregate((long)input.Type.Bytes, (bytes, size) => bytes * size)
        );
        var largest = (int)Math.Min(settings.MaxBatch, MaxBytes / sampleBytes);
        if (largest < 2 || !Fits(model, largest))
            return 1;
        if (settings.Batching == Batching.On)
            return largest;
        var single = TicksPerSample(model, 1, Environment.ProcessorCount);
        var (best, bestTicks) = (1, single);
        for (var size = 2; size <= largest && Stopwatch.GetElapsedTime(began) < Budget; size *= 2)
        {
            var perSample = TicksPerSample(model, size, Slots);
            if (perSample <= Math.Min(single / MinGain, bestTicks * Alike))
                (best, bestTicks) = (size, Math.Min(bestTicks, perSample));
        }

        return best;
    }

    /// <summary>Whether the model takes so many samples, and every output has a row for each, as the shapes promise.</summary>
    private static bool Fits(ServedModel model, int size)
    {
        try
        {
            using var outputs = model.Run(Sample(model.Signature, size).Inputs, model.Signature.Outputs, CancellationToken.None);
            return outputs.All(output => output.GetTensorTypeAndShape().Shape[0] == size);
        }
        catch (InferenceException)
        {
            return false;
        }
    }

    /// <summary>
    /// With as many runs side by side as there would be under load, on threads of their own, since those of the pool are busy with the
    /// requests that brought this about. Of each thread the fastest run counts: it was not interrupted.
    /// </summary>
    private static double TicksPerSample(ServedModel model, int size, int slots)
    {
        var (sample, fastest) = (Sample(model.Signature, size), new long[slots]);
        Task.WaitAll(
            Enumerable
                .Range(0, slots)
                .Select(slot =>
                    Task.Factory.StartNew(
                        () => fastest[slot] = FastestRun(model, sample),
                        CancellationToken.None,
                        TaskCreationOptions.LongRunning,
                        TaskScheduler.Default
                    )
                )
        );
        return fastest.Average() / (slots * size);
    }

    private static long FastestRun(ServedModel model, InferenceCall sample)
    {
        const int MinRuns = 4, MaxRuns = 30;
        var (began, fastest) = (Stopwatch.GetTimestamp(), long.MaxValue);
        for (var run = 0; run < MinRuns || (run < MaxRuns && Stopwatch.GetElapsedTime(began) < BudgetOfSize); run++)
        {
            var from = Stopwatch.GetTimestamp();
            model.Run(sample.Inputs, sample.Outputs, CancellationToken.None).Dispose();
            fastest = Math.Min(fastest, Stopwatch.GetTimestamp() - from);
        }

        return fastest;
    }

    private static InferenceCall Sample(Signature signature, int size)
    {
        var call = new InferenceCall(signature);
        foreach (var input in signature.Inputs)
        {
            long[] shape = [size, .. input.Shape.AsSpan(1)];
            call.Put(input, shape, new byte[shape.Aggregate(input.Type.Bytes, (bytes, next) => bytes * (int)next)], "");
        }

        return call.Complete();
    }
}
