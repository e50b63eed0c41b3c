using System.Buffers.Binary;
using System.IO.Compression;
using ConcatService.Domain.Data;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>
/// IDX files of bytes, packed with gzip or not: http://yann.lecun.com/exdb/mnist. The one with several dimensions is the field
/// <c>image</c>, the one with one is <c>class</c>.
/// </summary>
internal static class Idx
{
    private const byte UnsignedBytes = 0x08;
    private const int BufferBytes = 1 << 16;

    /// <param name="start">The first bytes of a file.</param>
    public static bool Is(ReadOnlySpan<byte> start) => start is [0, 0, _, _, ..] or [0x1F, 0x8B, ..];

    public static void Read(UploadedFile file, Budget budget, List<Column> columns)
    {
        var name = Shown.Of(file.FileName);
        var isPacked = file.Start is [0x1F, 0x8B, ..];
        using var content = isPacked
            ? new GZipStream(file.Content, CompressionMode.Decompress, leaveOpen: true)
            : (Stream)new BufferedStream(file.Content);
        try
        {
            var shape = Header(content, name);
            var (field, split) = (shape.Length == 1 ? "class" : "image", file.SplitFromName());
            if (columns.Exists(known => known.Name == field && known.Split == split))
                throw new UploadException(
                    "dataset.fields",
                    $"{name} is the second file with {(field == "class" ? "labels" : "pictures")} for "
                        + $"{split.ToString().ToLowerInvariant()}. Put 'train', 'validation' or 'test' into the names of the parts."
                );
            var values = Sizes.Check(shape, name);
            var column = new Column(field, split, ElementType.Uint8, shape[1..], budget);
            columns.Add(column);
            var buffer = new byte[BufferBytes];
            for (var left = values; left > 0;)
            {
                var wanted = (int)Math.Min(left, buffer.Length);
                var read = content.ReadAtLeast(buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
                if (read < wanted)
                    throw UploadException.Malformed($"{name} ends {left - read} bytes before the end that its header announces.");
                if (isPacked)
                    budget.Unpacked(read);
                column.Add(buffer.AsSpan(0, read));
                left -= read;
            }

            if (content.ReadByte() >= 0)
                throw UploadException.Malformed($"{name} goes on behind the end that its header announces.");
        }
        catch (InvalidDataException damaged)
        {
            throw UploadException.Malformed($"{name} cannot be unpacked: {damaged.Message} It may have been cut off.");
        }
    }

    private static long[] Header(Stream content, string name)
    {
        Span<byte> word = stackalloc byte[4];
        Fill(content, word, name);
        if (word[0] != 0 || word[1] != 0 || word[2] != UnsignedBytes || word[3] is 0 or > 4)
            throw UploadException.Malformed(
                $"{name} starts with {Convert.ToHexString(word)}; an IDX file of bytes in one to four dimensions starts with 00000801 to "
                    + $"00000804."
            );
        var shape = new long[word[3]];
        for (var i = 0; i < shape.Length; i++)
        {
            Fill(content, word, name);
            shape[i] = BinaryPrimitives.ReadUInt32BigEndian(word);
        }

        return shape;
    }

    private static void Fill(Stream content, Span<byte> target, string name)
    {
        if (content.ReadAtLeast(target, target.Length, throwOnEndOfStream: false) < target.Length)
            throw UploadException.Malformed($"{name} ends within its header.");
    }
}
