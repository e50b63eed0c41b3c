using System.Numerics;

namespace ConcatService.Api.Images;

/// <summary>
/// Bilinear resizing that looks at every pixel: the triangle widens with the reduction, as Pillow's BILINEAR and PyTorch's antialias do,
/// and pixel centers lie at half coordinates. One pass per direction.
/// </summary>
internal static class Resizing
{
    /// <summary><c>[H, W, C] -> [newHeight, newWidth, C]</c>, from 0 to 255.</summary>
    public static float[] To(byte[] pixels, int height, int width, int channels, int newHeight, int newWidth)
    {
        if (newWidth == width)
            return newHeight == height ? Array.ConvertAll(pixels, value => (float)value) : Rows(pixels);
        var narrow = Along(pixels, outer: height, size: width, inner: channels, newWidth);
        return newHeight == height ? narrow : Rows(narrow);

        float[] Rows<T>(T[] values) where T : INumberBase<T> =>
            Along(values, outer: 1, size: height, inner: newWidth * channels, newHeight);
    }

    /// <summary>Memory that <see cref="To"/> takes at most.</summary>
    public static long Bytes(int height, int channels, int newHeight, int newWidth) =>
        sizeof(float) * (long)channels * newWidth * (height + newHeight);

    // [outer, size, inner] -> [outer, newSize, inner]
    private static float[] Along<T>(T[] pixels, int outer, int size, int inner, int newSize)
        where T : INumberBase<T>
    {
        var result = new float[outer * newSize * inner];
        var scale = (double)size / newSize;
        var reach = Math.Max(scale, 1);
        for (var to = 0; to < newSize; to++)
        {
            var center = (to + 0.5) * scale;
            var (first, last) = (Math.Max(0, (int)(center - reach + 0.5)), Math.Min(size, (int)(center + reach + 0.5)));
            var weights = Enumerable
                .Range(first, last - first)
                .Select(from => Math.Max(0, 1 - (Math.Abs(from + 0.5 - center) / reach)))
                .ToArray();
            var sum = weights.Sum();
            for (var block = 0; block < outer; block++)
            {
                var target = result.AsSpan(((block * newSize) + to) * inner, inner);
                for (var from = first; from < last; from++)
                {
                    var weight = (float)(weights[from - first] / sum);
                    var source = pixels.AsSpan(((block * size) + from) * inner, inner);
                    for (var i = 0; i < inner; i++)
                        target[i] += weight * float.CreateTruncating(source[i]);
                }
            }
        }

        return result;
    }
}
