using System.Buffers.Binary;
using System.IO.Compression;

namespace ConcatService.Domain.Data;

/// <summary>
/// Reads an IDX file of unsigned bytes, packed with gzip or not: http://yann.lecun.com/exdb/mnist, "the IDX file format". Makes no room for
/// what the header announces: the caller checks <see cref="Shape"/> first, then reads into buffers of its own.
/// </summary>
public sealed class IdxReader : IDisposable
{
    private const byte UnsignedBytes = 0x08;
    private const int MostDimensions = 4;

    private readonly Stream _content;
    private readonly string _name;
    private long _read;

    /// <summary>Reads the header.</summary>
    /// <param name="file">Can seek; read from where it stands, and not disposed here.</param>
    /// <param name="name">The file's name in messages.</param>
    /// <exception cref="InvalidDataException">The file is not IDX with unsigned bytes in one to four dimensions.</exception>
    public IdxReader(Stream file, string name)
    {
        Span<byte> word = stackalloc byte[4];
        var start = file.Position;
        IsPacked = IsGzip(word[..file.ReadAtLeast(word, word.Length, throwOnEndOfStream: false)]);
        file.Position = start;
        _name = name;
        _content = IsPacked ? new GZipStream(file, CompressionMode.Decompress, leaveOpen: true) : file;
        Shape = ReadHeader();
    }

    /// <summary>Whether the file is packed with gzip.</summary>
    public bool IsPacked { get; }

    /// <summary>The sizes that the header announces, one to four, each less than 2³².</summary>
    public long[] Shape { get; }

    /// <summary>Whether a file may be IDX.</summary>
    /// <param name="start">Its first bytes, at least four.</param>
    public static bool IsIdx(ReadOnlySpan<byte> start) => start is [0, 0, _, _, ..] || IsGzip(start);

    /// <summary>Fills a buffer with the next values, in row-major order.</summary>
    /// <exception cref="InvalidDataException">The file ends before, or cannot be unpacked.</exception>
    public void Read(Span<byte> values)
    {
        var read = Fill(values);
        _read += read;
        if (read < values.Length)
            throw new InvalidDataException($"{_name} ends after {_read} values; its header announces {string.Join('x', Shape)}.");
    }

    /// <summary>Checks that nothing follows.</summary>
    /// <exception cref="InvalidDataException">The file has more values than were read.</exception>
    public void ReadEnd()
    {
        if (Fill(stackalloc byte[1]) > 0)
            throw new InvalidDataException($"{_name} goes on behind the {string.Join('x', Shape)} values that its header announces.");
    }

    public void Dispose()
    {
        if (IsPacked)
            _content.Dispose();
    }

    private static bool IsGzip(ReadOnlySpan<byte> start) => start is [0x1F, 0x8B, ..];

    private long[] ReadHeader()
    {
        Span<byte> word = stackalloc byte[4];
        ReadWord(word);
        if (word is not [0, 0, UnsignedBytes, >= 1 and <= MostDimensions])
        {
            throw new InvalidDataException(
                $"{_name} starts with {Convert.ToHexString(word)}; an IDX file of bytes in one to four dimensions starts with 00000801 "
                    + "to 00000804.");
        }

        var shape = new long[word[3]];
        for (var i = 0; i < shape.Length; i++)
        {
            ReadWord(word);
            shape[i] = BinaryPrimitives.ReadUInt32BigEndian(word);
        }

        return shape;
    }

    private void ReadWord(Span<byte> word)
    {
        if (Fill(word) < word.Length)
            throw new InvalidDataException($"{_name} ends within its header.");
    }

    private int Fill(Span<byte> target)
    {
        try
        {
            return _content.ReadAtLeast(target, target.Length, throwOnEndOfStream: false);
        }
        catch (InvalidDataException damaged)
        {
            throw new InvalidDataException($"{_name} cannot be unpacked: {damaged.Message} It may have been cut off.", damaged);
        }
    }
}
