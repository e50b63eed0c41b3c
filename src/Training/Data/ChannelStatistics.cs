using System.Runtime.CompilerServices;
using ConcatService.Domain.OnnxExport;
using static TorchSharp.torch;

namespace ConcatService.Training.Data;

/// <summary>Mean and deviation of each channel of some samples: of bytes as values in 0..1, of float32 as they are.</summary>
internal static class ChannelStatistics
{
    /// <summary>
    /// A deviation below this part of the channel's size is rounding: float32 keeps 6e-8 of a value, and the sums here lose as much again.
    /// Such a channel has one value, and becomes 0.
    /// </summary>
    private const double LeastRelative = 1e-6;

    private const long RowsAtOnce = 4096;

    /// <param name="stored">uint8 or float32 <c>[N, …]</c>.</param>
    /// <param name="rows">int64 <c>[M]</c>: which samples.</param>
    /// <param name="channelAt">The dimension that is the feature axis.</param>
    public static Normalization Of(Tensor stored, Tensor rows, int channelAt)
    {
        using var scope = NewDisposeScope();
        var (sums, squares) =
            stored.dtype == ScalarType.Byte ? OfBytes(stored.cpu(), rows.cpu(), channelAt) : OfFloats(stored, rows, channelAt);
        var count = (double)rows.shape[0] * stored.numel() / stored.shape[0] / stored.shape[channelAt];
        var mean = Array.ConvertAll(sums, sum => sum / count);
        var deviation = mean.Zip(squares, (average, sum) => Deviation(average, sum / count));
        return new(Array.ConvertAll(mean, value => (float)value), [.. deviation.Select(value => (float)value)]);
    }

    /// <summary>The root of the variance; 1 where the channel has one value.</summary>
    private static double Deviation(double mean, double meanSquare)
    {
        var deviation = Math.Sqrt(Math.Max(meanSquare - (mean * mean), 0));
        return deviation > LeastRelative * Math.Sqrt(meanSquare) ? deviation : 1;
    }

    /// <summary>Exact, and one pass over the bytes: how often each of the 256 values is there.</summary>
    private static (double[] Sums, double[] Squares) OfBytes(Tensor stored, Tensor rows, int channelAt)
    {
        var channels = (int)stored.shape[channelAt];
        var plane = (int)stored.shape[(channelAt + 1)..].Aggregate(1L, (product, size) => product * size);
        var sample = (int)(stored.numel() / stored.shape[0]);
        var bytes = stored.bytes;
        var counts = new long[channels * 256];
        foreach (var row in rows.data<long>())
        {
            for (var at = 0; at < sample; at += plane)
                Count(bytes.Slice(((int)row * sample) + at, plane), counts.AsSpan(at / plane % channels * 256, 256));
        }

        var (sums, squares) = (new double[channels], new double[channels]);
        for (var i = 0; i < counts.Length; i++)
        {
            var value = i % 256 / 255.0;
            sums[i / 256] += counts[i] * value;
            squares[i / 256] += counts[i] * value * value;
        }

        return (sums, squares);
    }

    // Optimized from the first call: it sees every byte of the training data once, before the first step.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Count(ReadOnlySpan<byte> values, Span<long> counts)
    {
        foreach (var value in values)
            counts[value]++;
    }

    private static (double[] Sums, double[] Squares) OfFloats(Tensor stored, Tensor rows, int channelAt)
    {
        var others = Enumerable.Range(0, (int)stored.dim()).Where(dim => dim != channelAt).Select(dim => (long)dim).ToArray();
        var (sums, squares) = (
            zeros(stored.shape[channelAt], ScalarType.Float64, stored.device),
            zeros(stored.shape[channelAt], ScalarType.Float64, stored.device)
        );
        for (var from = 0L; from < rows.shape[0]; from += RowsAtOnce)
        {
            using var scope = NewDisposeScope();
            var values = stored.index_select(0, rows.narrow(0, from, Math.Min(RowsAtOnce, rows.shape[0] - from))).to(ScalarType.Float64);
            sums.add_(values.sum(others));
            squares.add_(values.square().sum(others));
        }

        return (sums.cpu().data<double>().ToArray(), squares.cpu().data<double>().ToArray());
    }
}
