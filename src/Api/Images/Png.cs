using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ConcatService.Api.Images;

/// <summary>Writes PNG files: https://www.w3.org/TR/png-3/</summary>
internal static class Png
{
    private const byte Bits = 8, Grey = 0, Color = 2;

    /// <summary>Grey where there are not three channels: then the first one is shown.</summary>
    /// <param name="pixels"><c>[C, H, W]</c>.</param>
    public static byte[] Write(byte[] pixels, long[] shape)
    {
        var (channels, height, width) = (shape[0] >= 3 ? 3 : 1, (int)shape[1], (int)shape[2]);
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (Bits, channels == 3 ? Color : Grey);
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", Packed(pixels, channels, height, width));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static byte[] Packed(byte[] pixels, int channels, int height, int width)
    {
        var rows = new byte[height * (1 + (width * channels))];                 // each row begins with 0: no filter
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width * channels; x++)
                rows[(y * (1 + (width * channels))) + 1 + x] = pixels[(((x % channels) * height) + y) * width + (x / channels)];
        }

        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(rows);
        return packed.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        var word = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(word, data.Length);
        file.Write(word);
        file.Write(body);
        BinaryPrimitives.WriteUInt32BigEndian(word, Crc(body));
        file.Write(word);
    }

    // CRC-32 as in the PNG specification, annex D, bit by bit.
    private static uint Crc(byte[] data)
    {
        var crc = uint.MaxValue;
        foreach (var value in data)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) == 0 ? crc >> 1 : 0xEDB88320 ^ (crc >> 1);
        }

        return ~crc;
    }
}
