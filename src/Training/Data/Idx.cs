using System.Buffers.Binary;
using System.IO.Compression;

namespace ConcatService.Training.Data;

/// <summary>Reads IDX files, packed with gzip: http://yann.lecun.com/exdb/mnist, "the IDX file format".</summary>
public static class Idx
{
    private const byte UnsignedBytes = 0x08;

    /// <summary>Fills <paramref name="values"/> with the file's bytes.</summary>
    /// <param name="dims">The sizes that the file must have.</param>
    /// <exception cref="InvalidDataException">The file is not IDX, has other sizes, or ends early.</exception>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    public static void Read(string path, ReadOnlySpan<long> dims, Span<byte> values)
    {
        using var file = File.OpenRead(path);
        using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        Span<byte> header = stackalloc byte[4 + (4 * dims.Length)];
        Fill(unpacked, header, path, "its header");
        if (header[0] != 0 || header[1] != 0 || header[2] != UnsignedBytes || header[3] != dims.Length)
            throw new InvalidDataException(
                $"{path} starts with {Convert.ToHexString(header[..4])}; an IDX file of bytes in {dims.Length} dimensions starts with "
                    + $"000008{dims.Length:X2}."
            );
        for (var i = 0; i < dims.Length; i++)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header[(4 + (4 * i))..]);
            if (size != dims[i])
                throw new InvalidDataException($"{path} has size {size} in dimension {i}; expected {dims[i]}.");
        }

        Fill(unpacked, values, path, $"{values.Length} values");
    }

    private static void Fill(GZipStream unpacked, Span<byte> target, string path, string what)
    {
        var read = unpacked.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        if (read < target.Length)
            throw new InvalidDataException($"{path} ends after {read} of {target.Length} bytes of {what}. Get the file again.");
    }
}
