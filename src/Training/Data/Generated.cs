using ConcatService.Domain.Data;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>What all generated data sets have in common: each sample is a function of the seed, its split and its number.</summary>
internal static class Generated
{
    private const ulong TrainStream = 1, TestStream = 2;

    /// <summary>Draws sample <paramref name="index"/> of a split.</summary>
    /// <param name="sampleSeed">Its own; well mixed.</param>
    public delegate void Draw(Split split, int index, ulong sampleSeed);

    /// <param name="info">How many samples to make of each split.</param>
    /// <param name="seed">Same seed, same data, on every machine.</param>
    public static DataSet Make(DataSetInfo info, long seed, Draw draw)
    {
        var (train, test) = (Fill(info, info.TrainSamples, seed, TrainStream, draw), Fill(info, info.TestSamples, seed, TestStream, draw));
        return new(info, train, null, test, DataSet.Hash(train, test));
    }

    /// <summary>The values of one sample.</summary>
    public static Span<T> Row<T>(Tensor tensor, int index)
        where T : unmanaged
    {
        var length = (int)(tensor.numel() / tensor.shape[0]);
        return System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(tensor.bytes).Slice(index * length, length);
    }

    private static Split Fill(DataSetInfo info, long count, long seed, ulong stream, Draw draw)
    {
        var split = Split.Reserve(count, info);
        for (var i = 0; i < count; i++)
            draw(split, i, Seeds.Mix((ulong)seed, stream, (ulong)i));
        return split;
    }
}
