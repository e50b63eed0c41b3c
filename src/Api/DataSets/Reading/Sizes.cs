namespace ConcatService.Api.DataSets.Reading;

/// <summary>Bounds on what a header may announce, before anything is made of it.</summary>
internal static class Sizes
{
    /// <summary>Fields of all splits.</summary>
    public const int MostColumns = 256;

    private const long MostSamples = 20_000_000;
    private const long MostSampleBytes = 256 << 20;
    private const int WidestElement = 8;

    /// <summary>How many values there are.</summary>
    /// <param name="shape">Samples first.</param>
    /// <exception cref="UploadException">There is a sample without values, or more than can be kept.</exception>
    public static long Check(long[] shape, string name)
    {
        var perSample = 1L;
        foreach (var size in shape[1..])
        {
            if (size == 0)
                throw new UploadException("dataset.shape", $"{name} has samples without a single value: it is {string.Join('x', shape)}.");
            perSample = size > MostSampleBytes / perSample ? long.MaxValue / 2 : perSample * size;
            if (perSample > MostSampleBytes / WidestElement)
                throw UploadException.TooLarge(
                    $"{name} announces {string.Join('x', shape)}: a sample may have {MostSampleBytes / WidestElement} values."
                );
        }

        return shape[0] <= MostSamples
            ? shape[0] * perSample
            : throw UploadException.TooLarge($"{name} announces {shape[0]} samples; at most {MostSamples} are taken.");
    }
}
