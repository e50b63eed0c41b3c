using ConcatService.Domain.Data;
using ConcatService.Training.Data;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>What a network answers on the test split, beyond its figures.</summary>
/// <param name="Outputs">Those that tell classes apart.</param>
/// <param name="Pictures">Of the worst samples; null where the network takes none.</param>
public sealed record TestAnswers(IReadOnlyList<ClassAnswers> Outputs, SamplePictures? Pictures)
{
    /// <param name="test">The split that was asked.</param>
    internal static TestAnswers Of(IReadOnlyList<ClassAnswers> outputs, Split test, DataSetInfo info, DataBinding binding)
    {
        var taken = binding.Inputs.Where(input => info.Inputs[input].IsPicture).ToList();
        long[] worst =
        [
            .. outputs.SelectMany(output => output.Worst).OrderByDescending(each => each.Loss).Select(each => each.Sample).Distinct(),
        ];
        return new(outputs, taken.Count == 0 ? null : SamplePictures.Of(test.Inputs[taken[0]], worst));
    }
}

/// <summary>Pictures of some samples.</summary>
/// <param name="Samples">By their number in the split.</param>
/// <param name="Shape"><c>[C, H, W]</c>.</param>
/// <param name="Pixels">uint8, one picture behind the other.</param>
public sealed record SamplePictures(long[] Samples, long[] Shape, byte[] Pixels)
{
    private const long MostBytes = 1 << 20;

    /// <summary>The first ones of these samples that have room; null where none has.</summary>
    internal static SamplePictures? Of(Tensor pictures, long[] samples)
    {
        using var scope = NewDisposeScope();
        var shape = pictures.shape[1..];
        long[] kept = [.. samples.Take((int)(MostBytes / shape.Aggregate((product, size) => product * size)))];
        return kept.Length == 0 ? null : new(kept, shape, pictures.index_select(0, tensor(kept)).bytes.ToArray());
    }
}

/// <summary>Which classes one output takes for which.</summary>
/// <param name="Classes">In the order of the scores.</param>
/// <param name="ConfusionMatrix">A row for each true class, a column for each answer: samples, or pixels of a mask. Null where there are
/// more than <see cref="MostClasses"/>.</param>
/// <param name="Worst">The samples with the largest loss among those that are answered wrongly, at most <see cref="MostWorst"/>; none for
/// masks.</param>
public sealed record ClassAnswers(
    string Output,
    IReadOnlyList<string> Classes,
    IReadOnlyList<IReadOnlyList<long>>? ConfusionMatrix,
    IReadOnlyList<WrongAnswer> Worst
)
{
    public const int MostClasses = 100, MostWorst = 12;
}

/// <param name="Sample">Its number in the test split, from 0.</param>
/// <param name="Probability">Of the class that was said.</param>
/// <param name="Loss">Cross entropy: minus the logarithm of the true class's probability.</param>
public sealed record WrongAnswer(long Sample, string Class, string Predicted, double Probability, double Loss);
