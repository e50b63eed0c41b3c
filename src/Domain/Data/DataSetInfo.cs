using System.Text.Json.Serialization;

namespace ConcatService.Domain.Data;

/// <summary>What is known about a data set without opening it: enough to list it and to check a network against it.</summary>
/// <param name="Name">Lower-case letters, digits and <c>-</c>.</param>
/// <param name="Inputs">What a network is given of each sample.</param>
/// <param name="Targets">What it should answer.</param>
/// <param name="TrainSamples">Of these, a job holds out its <c>validation_split</c> where the data set has no validation split of its
/// own.</param>
/// <param name="ValidationSamples">0 where it has none.</param>
/// <param name="TestSamples">Never used to choose anything.</param>
public sealed record DataSetInfo(
    string Name,
    string Description,
    IReadOnlyList<DataInput> Inputs,
    IReadOnlyList<DataTarget> Targets,
    long TrainSamples,
    long ValidationSamples,
    long TestSamples
)
{
    /// <summary>
    /// Samples that a job trains on, after holding out its validation split; the same rule for the check and for the training.
    /// </summary>
    public long TrainingSamples(double validationSplit) =>
        ValidationSamples > 0 ? TrainSamples : TrainSamples - (long)(TrainSamples * validationSplit);

    /// <summary>
    /// All splits of a data set that every installation has, as they lie in memory: classes are bytes. Of an uploaded one: <see
    /// cref="StoredDataSet.LengthBytes"/>.
    /// </summary>
    [JsonIgnore]
    public long Bytes =>
        (TrainSamples + ValidationSamples + TestSamples)
        * (
            Inputs.Sum(input => input.DType.Bytes() * Elements(input.Shape))
            + Targets.Sum(target => Elements(target.Shape) * (target.Task == LearningTask.Regression ? 4 : 1))
        );

    private static long Elements(IReadOnlyList<long> shape) => shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>One tensor of each sample that goes into a network.</summary>
/// <param name="Shape">Without the batch. A uint8 input with three dimensions is a picture and is kept channels-first; everything else is
/// as a spec would write it.</param>
public sealed record DataInput(string Name, IReadOnlyList<long> Shape, [property: JsonPropertyName("dtype")] ElementType DType)
{
    /// <summary>Whether a spec that is channels-last sees it with its channels moved to the end.</summary>
    [JsonIgnore]
    public bool IsPicture => DType == ElementType.Uint8 && Shape.Count == 3;
}

/// <summary>One tensor of each sample that a network should give.</summary>
/// <param name="Shape">Without the batch. Empty for one class a sample; <c>[H, W]</c> for a class for each pixel; as the output writes it
/// for numbers.</param>
/// <param name="Classes">Names of the classes, or of the labels of <see cref="LearningTask.Multilabel"/>; a label is a position in this
/// list. Empty for numbers.</param>
public sealed record DataTarget(string Name, LearningTask Task, IReadOnlyList<long> Shape, IReadOnlyList<string> Classes);

/// <summary>What a target is.</summary>
public enum LearningTask
{
    /// <summary>One of several classes.</summary>
    Classification,

    /// <summary>Any number of labels, each yes or no.</summary>
    Multilabel,

    /// <summary>Numbers.</summary>
    Regression,

    /// <summary>A class for each pixel.</summary>
    Segmentation,
}

/// <summary>Names of tasks.</summary>
public static class LearningTasks
{
    /// <summary>The name in JSON and in messages: <c>segmentation</c>.</summary>
    public static string Name(this LearningTask task) => task.ToString().ToLowerInvariant();
}

/// <summary>How the elements of an input are stored. A network sees uint8 as float32 in 0..1.</summary>
public enum ElementType
{
    Uint8,
    Float32,
    Int64,
}
