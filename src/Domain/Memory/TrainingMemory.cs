using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Memory;

/// <summary>
/// What a training on a CPU needs at its peak, on top of a process that is warm and has its data set in memory (docs/decisions).
/// </summary>
/// <param name="FixedBytes">Weights, gradients, the optimizer's state, the best weights so far, buffers and code, whatever the batch
/// is.</param>
/// <param name="BytesPerSample">What each sample of a batch adds at the worst moment of a step; null when a size is symbolic.</param>
public sealed record TrainingMemory(long FixedBytes, long? BytesPerSample)
{
    /// <summary>
    /// What comes and goes in every step never fits exactly where something has just gone: measured 1.1 to 1.5 on the gallery (./concat
    /// bench memory). A heap that hands pages back at once needs 1.0, and a step twice the time.
    /// </summary>
    private const double Scatter = 1.3;

    /// <summary>Code that is compiled or loaded with the first step, and what its kernels work in.</summary>
    private const long ProgramBytes = 30_000_000;

    /// <summary>
    /// Of a training in a precision with an optimizer; by default float32 and two moments (AdamW), the most that a training can need.
    /// </summary>
    /// <param name="plan">The network.</param>
    /// <param name="precision">What matrix products compute in.</param>
    /// <param name="moments">Numbers that the optimizer keeps for each weight.</param>
    /// <param name="recompute">Whether repeated blocks run again on the way back.</param>
    public static TrainingMemory Of(Plan plan, Precision precision = Precision.Float32, int moments = 2, bool recompute = false)
    {
        var sections = recompute ? Sections.Of(plan, plan.Outputs.Select(output => output.Wire)) : null;
        double trainable = 0, buffers = 0, casts = 0, largest = 0;
        foreach (var layer in plan.Layers)
        {
            trainable += layer.ParameterCount;
            buffers += layer.BufferCount;
            largest = Math.Max(largest, layer.ParameterCount);
            if (precision == Precision.Bfloat16 && layer.Operator.Footprint.Format == NumberFormat.Precision)
                casts += layer.ParameterCount;
        }

        foreach (var section in sections?.Each ?? [])
            largest = Math.Max(largest, section.Layers(plan).Sum(layer => (double)layer.ParameterCount)); // added at once

        // Weights, their gradients and the best ones so far; buffers and the best ones; a layer's gradient before it is added; weights as
        // products read them.
        var always = (4 * (3 + moments) * trainable) + (2 * 4 * buffers) + (4 * largest) + (2 * casts);
        var peak = StepMemory.PeakOf(plan, precision, sections);
        return new(Whole(always + ProgramBytes), peak is { } sample ? Whole(Scatter * sample) : null);
    }

    /// <summary>The peak with a batch of this size; null when a size is symbolic.</summary>
    public long? Bytes(long batchSize) =>
        BytesPerSample is { } sample ? Saturating.Add(FixedBytes, Saturating.Multiply(sample, batchSize)) : null;

    private static long Whole(double bytes) => (long)Math.Min(bytes, long.MaxValue);
}
