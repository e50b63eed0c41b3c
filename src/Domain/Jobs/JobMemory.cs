using System.Globalization;
using ConcatService.Domain.Memory;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Jobs;

/// <summary>What a trainer on a CPU needs of its machine's memory at its peak: its program, the data set, and the training.</summary>
/// <param name="FixedBytes">Whatever the batch is.</param>
/// <param name="BytesPerSample">What each sample of a batch adds.</param>
/// <param name="BatchSize">The job's.</param>
public sealed record JobMemory(long FixedBytes, long BytesPerSample, long BatchSize)
{
    /// <summary>
    /// A trainer with a network of next to nothing, less what <see cref="TrainingMemory"/> counts: .NET, libtorch, ONNX Runtime, the
    /// database's driver.
    /// </summary>
    private const long ProgramBytes = 260_000_000;

    /// <summary>The peak with the job's own batch.</summary>
    public long PredictedBytes => Saturating.Add(FixedBytes, Saturating.Multiply(BytesPerSample, BatchSize));

    /// <param name="plan">Without symbols.</param>
    /// <param name="dataBytes">All splits of the data set, as they lie in memory.</param>
    /// <param name="hasBFloat16">Whether the processor multiplies bfloat16 in hardware, which <c>auto</c> then takes.</param>
    public static JobMemory Of(Plan plan, long dataBytes, TrainingSettings settings, bool hasBFloat16)
    {
        var precision = settings.Precision == Precision.Auto ? hasBFloat16 ? Precision.Bfloat16 : Precision.Float32 : settings.Precision;
        var training = TrainingMemory.Of(plan, precision, settings.Optimizer.Moments, settings.Recompute);
        var average =
            settings.Ema is null && settings.Export != Export.Ema
                ? 0
                : 4 * (double)plan.Layers.Sum(layer => layer.ParameterCount + layer.BufferCount);
        return new(
            (long)Math.Min(ProgramBytes + dataBytes + average + training.FixedBytes, long.MaxValue),
            training.BytesPerSample!.Value,
            settings.BatchSize
        );
    }

    /// <summary>The largest batch that fits into so much memory; 0: not even one sample does.</summary>
    public long LargestBatch(long memoryBytes) =>
        memoryBytes < FixedBytes ? 0 : Math.Min((memoryBytes - FixedBytes) / Math.Max(BytesPerSample, 1), BatchSize);

    /// <summary>Why the job cannot be trained in so much memory, with the figures and what to do; null when it can.</summary>
    /// <param name="memoryBytes">What there is.</param>
    /// <param name="place">Where, for people: <c>the largest worker</c>.</param>
    public string? Excess(long memoryBytes, string place)
    {
        if (PredictedBytes <= memoryBytes)
            return null;
        var needs =
            $"With a batch_size of {BatchSize} the training needs {Text(PredictedBytes)} of memory at its peak ({Text(FixedBytes)}, and "
                + $"{Text(BytesPerSample)} for each sample), and {place} has {Text(memoryBytes)}.";
        return LargestBatch(memoryBytes) is > 0 and var batch
            ? $"{needs} Set batch_size to {batch} or less. With accumulate, a step can have as many samples as now."
            : $"{needs} Not even a batch_size of 1 fits: make the network or its input smaller, or start a worker with more memory.";
    }

    /// <summary>Bytes for people, in MB or GB of a thousand each.</summary>
    public static string Text(long bytes) => bytes switch
    {
        >= 10_000_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e9:N1} GB"),
        >= 10_000_000 => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:N0} MB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:0.###} MB"),
    };
}
