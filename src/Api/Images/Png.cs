using StbImageWriteSharp;

namespace ConcatService.Api.Images;

/// <summary>Samples as PNG files.</summary>
internal static class Png
{
    /// <summary>The first three channels as color, or the first one as gray where there are fewer.</summary>
    /// <param name="pixels"><c>[C, H, W]</c>.</param>
    public static byte[] Write(byte[] pixels, long[] shape)
    {
        var (channels, height, width) = (shape[0] >= 3 ? 3 : 1, (int)shape[1], (int)shape[2]);
        var rows = new byte[height * width * channels];                         // [C, H, W] -> [H, W, C]
        for (var i = 0; i < rows.Length; i++)
            rows[i] = pixels[(i % channels * height * width) + (i / channels)];
        using var file = new MemoryStream();
        new ImageWriter().WritePng(rows, width, height, channels == 3 ? ColorComponents.RedGreenBlue : ColorComponents.Grey, file);
        return file.ToArray();
    }
}
