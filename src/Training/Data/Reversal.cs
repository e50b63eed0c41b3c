using ConcatService.Domain.Data;

namespace ConcatService.Training.Data;

/// <summary>
/// Generates <c>reversal</c>: a sequence of symbols, and as the answer the same symbols from the last to the first. The second input is
/// the answer one step late, as a decoder is fed in training; it begins with 0, which is no symbol.
/// </summary>
internal static class Reversal
{
    public static DataSet Generate(DataSetInfo info, long seed = 0)
    {
        var symbols = info.Targets[0].Classes.Count - 1;
        return Generated.Make(info, seed, (split, i, sampleSeed) =>
        {
            var noise = new Noise(sampleSeed);
            var source = Generated.Row<long>(split.Inputs[0], i);
            var written = Generated.Row<long>(split.Inputs[1], i);
            var next = Generated.Row<byte>(split.Targets[0], i);
            for (var step = 0; step < source.Length; step++)
                next[^(step + 1)] = (byte)(source[step] = noise.Between(1, symbols));
            written[0] = 0;
            for (var step = 1; step < written.Length; step++)
                written[step] = next[step - 1];
        });
    }
}
