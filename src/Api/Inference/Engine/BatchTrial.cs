using System.Diagnostics;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// Measures whether a model computes samples faster together than one by one on all processors at once, which is what it does without batches.
/// Each size is run before it is timed, so that the model is warm for all of them.
/// </summary>
internal static class BatchTrial
{
    /// <summary>Putting samples together and passing answers between threads costs some microseconds as well.</summary>
    private const double MinGain = 1.25;

    /// <summary>Batches that are computed side by side.</summary>
    public static readonly int Slots = Environment.ProcessorCount / OnnxRuntime.Threads;

    private const long MaxBytes = 64L << 20;

    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(300);

    /// <summary>The size with the most samples per second, or 1 where the gain is too small.</summary>
    public static int BestSize(ServedModel model, QueueSettings settings)
    {
        var began = Stopwatch.GetTimestamp();
        var sampleBytes = model.Signature.Inputs.Sum(input => input.Shape.AsSpan(1).ToArray().Aggregate((long)input.Type.Bytes, (bytes, size) => bytes * size));
        var largest = (int)Math.Min(settings.MaxBatch, MaxBytes / sampleBytes);
        if (largest < 2 || !Fits(model, largest))
            return 1;
        if (settings.Batching == Batching.On)
            return largest;
        var single = TicksPerSample(model, 1, Environment.ProcessorCount);
        var (best, bestTicks) = (1, single / MinGain);
        for (var size = 2; size <= largest && Stopwatch.GetElapsedTime(began) < Budget; size *= 2)
        {
            var perSample = TicksPerSample(model, size, Slots);
            if (perSample < bestTicks)
                (best, bestTicks) = (size, perSample);
        }

        return best;
    }

    /// <summary>Whether every output has a row for each sample, as the shapes promise.</summary>
    private static bool Fits(ServedModel model, int size)
    {
        using var outputs = model.Run(Sample(model.Signature, size).Inputs, model.Signature.Outputs, CancellationToken.None);
        return outputs.All(output => output.GetTensorTypeAndShape().Shape[0] == size);
    }

    /// <summary>With as many runs side by side as there would be under load: the best of three attempts, each after the one that warms it.</summary>
    private static double TicksPerSample(ServedModel model, int size, int slots)
    {
        const int Runs = 4;
        var (sample, best) = (Sample(model.Signature, size), long.MaxValue);
        for (var attempt = 0; attempt < 4; attempt++)
        {
            var began = Stopwatch.GetTimestamp();
            Parallel.For(0, slots, new() { MaxDegreeOfParallelism = slots }, _ =>
            {
                for (var run = 0; run < Runs; run++)
                    model.Run(sample.Inputs, sample.Outputs, CancellationToken.None).Dispose();
            });
            best = Math.Min(best, Stopwatch.GetTimestamp() - began);
        }

        return best / (double)(slots * Runs * size);
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
