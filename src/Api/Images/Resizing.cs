namespace ConcatService.Api.Images;

/// <summary>
/// Bilinear resizing that looks at every pixel: the triangle widens with the reduction, as Pillow's BILINEAR and PyTorch's antialias do,
/// and pixel centers lie at half coordinates. One pass per direction.
/// </summary>
internal static class Resizing
{
    /// <summary><c>[H, W, C] -> [newHeight, newWidth, C]</c>.</summary>
    public static float[] To(float[] pixels, int height, int width, int channels, int newHeight, int newWidth)
    {
        if (newWidth != width)
            pixels = Along(pixels, outer: height, size: width, inner: channels, newWidth);
        return newHeight == height ? pixels : Along(pixels, outer: 1, size: height, inner: newWidth * channels, newHeight);
    }

    // [outer, size, inner] -> [outer, newSize, inner]
    private static float[] Along(float[] pixels, int outer, int size, int inner, int newSize)
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
                        target[i] += weight * source[i];
                }
            }
        }

        return result;
    }
}
