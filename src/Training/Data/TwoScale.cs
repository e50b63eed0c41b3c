using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>Generates <c>two-scale</c>, as many pictures of each class.</summary>
internal static class TwoScale
{
    /// <param name="info">How many samples to make of each split.</param>
    /// <param name="seed">Same seed, same pictures, on every machine.</param>
    public static DataSet Generate(DataSetInfo info, long seed = 0) => Generated.Make(info, seed, (split, i, sampleSeed) =>
    {
        var label = (byte)(i % info.Targets[0].Classes.Count);
        split.Targets[0].bytes[i] = label;
        TwoScalePicture.Draw(Generated.Row<byte>(split.Inputs[0], i), label, sampleSeed);
    });
}
