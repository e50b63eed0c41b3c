namespace ConcatService.Domain.Data;

/// <summary>What is known about a data set without opening it: enough to list it and to check a network against it.</summary>
/// <param name="Name">Lower-case letters, digits and <c>-</c>.</param>
/// <param name="SampleShape">One sample, channels-first, without the batch: <c>[1, 28, 28]</c>.</param>
/// <param name="DType">The stored element type. A network sees float32 in 0..1.</param>
/// <param name="Classes">Names of the classes; a label is a position in this list.</param>
/// <param name="TrainSamples">Of these, a job holds out its <c>validation_split</c>.</param>
/// <param name="TestSamples">Never used to choose anything.</param>
public sealed record DataSetInfo(string Name, string Description, IReadOnlyList<long> SampleShape, string DType, IReadOnlyList<string> Classes, long TrainSamples, long TestSamples)
{
    /// <summary>Samples that a job trains on, after holding out its validation split; the same rule for the check and for the training.</summary>
    public long TrainingSamples(double validationSplit) => TrainSamples - (long)(TrainSamples * validationSplit);
}
