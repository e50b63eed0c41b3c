using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>
/// Generates <c>tabular</c>: y = 10 sin(π x1 x2) + 20 (x3 - ½)² + 10 x4 + 5 x5 + noise (Friedman 1991, eq. 61), x6 to x10 mean nothing.
/// </summary>
internal static class Tabular
{
    // Of y over uniform x, the noise of deviation 1 included.
    private const double Mean = 14.41, Deviation = 4.98;

    public static DataSet Generate(DataSetInfo info, long seed = 0) => Generated.Make(info, seed, (split, i, sampleSeed) =>
    {
        var noise = new Noise(sampleSeed);
        var x = Generated.Row<float>(split.Inputs[0], i);
        for (var k = 0; k < x.Length; k++)
            x[k] = (float)noise.Uniform();
        var y = (10 * Math.Sin(Math.PI * x[0] * x[1])) + (20 * (x[2] - 0.5) * (x[2] - 0.5)) + (10 * x[3]) + (5 * x[4]) + noise.Normal();
        var scaled = (y - Mean) / Deviation;
        Generated.Row<float>(split.Targets[0], i)[0] = (float)scaled;
        split.Targets[1].bytes[i] = (byte)(scaled < -0.43 ? 0 : scaled < 0.43 ? 1 : 2);      // thirds of a normal distribution
    });
}
