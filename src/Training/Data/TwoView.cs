using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>
/// Generates <c>two-view</c>: a picture that shows a disc or a diamond, and eight numbers around a pattern or its negative.
/// </summary>
internal static class TwoView
{
    private const int Textures = 5;

    /// <summary>
    /// How far the numbers are from 0, in deviations of their noise: the best judge of the eight is right in 97.6 % of the samples.
    /// </summary>
    private const double Distance = 0.7;

    public static DataSet Generate(DataSetInfo info, long seed = 0) => Generated.Make(info, seed, (split, i, sampleSeed) =>
    {
        var noise = new Noise(sampleSeed);
        var (isDiamond, isMinus) = (i / 2 % 2, i % 2);
        split.Targets[0].bytes[i] = (byte)((isDiamond * 2) + isMinus);
        TwoScalePicture.Draw(Generated.Row<byte>(split.Inputs[0], i), (noise.Between(0, Textures - 1) * 2) + isDiamond, noise.Next());
        var facts = Generated.Row<float>(split.Inputs[1], i);
        for (var k = 0; k < facts.Length; k++)
            facts[k] = (float)((k % 2 == isMinus ? Distance : -Distance) + noise.Normal());
    });
}
