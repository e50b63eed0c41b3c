using ConcatService.Domain.Graphs;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Planning;

/// <summary>What a training needs at its peak, on top of a process that has libtorch loaded and its data set in memory.</summary>
/// <param name="FixedBytes">Weights, gradients, the optimizer's state, the best weights so far, and buffers, whatever the batch is.</param>
/// <param name="BytesPerSample">What each sample of a batch adds at the worst moment of a step; null when a size is symbolic.</param>
public sealed record TrainingMemory(long FixedBytes, long? BytesPerSample)
{
    /// <summary>Of a training in a precision with an optimizer; by default float32 and two moments (AdamW), the most that a training can need.</summary>
    public static TrainingMemory Of(Plan plan, Precision precision = Precision.Float32, int moments = 2)
    {
        double trainable = 0, buffers = 0, casts = 0, largest = 0;
        foreach (var layer in plan.Layers)
        {
            trainable += layer.ParameterCount;
            buffers += layer.BufferCount;
            largest = Math.Max(largest, layer.ParameterCount);
            if (precision == Precision.Bfloat16 && layer.Operator.Footprint.Format == NumberFormat.Precision)
                casts += layer.ParameterCount;
        }

        // Weights, their gradients and the best ones so far; buffers and the best ones; a layer's gradient before it is added; weights as products read them.
        var always = (4 * (3 + moments) * trainable) + (2 * 4 * buffers) + (4 * largest) + (2 * casts);
        return new(Whole(always), StepMemory.PeakOf(plan, precision) is { } sample ? Whole(sample) : null);
    }

    /// <summary>The peak with a batch of this size; null when a size is symbolic.</summary>
    public long? Bytes(long batchSize) => BytesPerSample is { } sample ? Saturating.Add(FixedBytes, Saturating.Multiply(sample, batchSize)) : null;

    private static long Whole(double bytes) => (long)Math.Min(bytes, long.MaxValue);
}
