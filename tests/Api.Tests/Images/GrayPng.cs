using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ConcatService.Api.Tests.Images;

/// <summary>Grey PNG files (https://www.w3.org/TR/png-3/), uncompressed in spirit.</summary>
internal static class GrayPng
{
    public static byte[] Of(int width, int height, Func<int, int, byte> pixel)
    {
        var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;                                          // bits; color type 0 is grey
        Chunk(file, "IHDR", header);
        Chunk(file, "IDAT", Rows(width, height, pixel));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    private static byte[] Rows(int width, int height, Func<int, int, byte> pixel)
    {
        var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            for (var y = 0; y < height; y++)
            {
                zlib.WriteByte(0);                              // no filter
                for (var x = 0; x < width; x++)
                    zlib.WriteByte(pixel(x, y));
            }
        }

        return packed.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] data)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        file.Write(length);
        byte[] body = [.. Encoding.ASCII.GetBytes(type), .. data];
        file.Write(body);
        var crc = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(crc, Crc(body));
        file.Write(crc);
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
