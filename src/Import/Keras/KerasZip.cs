using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace ConcatService.Import.Keras;

/// <summary>
/// The <c>config.json</c> of a <c>.keras</c> file. Entries are read in their order in the stream, so that the weights behind it need not
/// come; no other entry is opened.
/// </summary>
internal static class KerasZip
{
    private const uint LocalHeader = 0x04034b50;

    private const int MaxEntries = 100;

    public static byte[] Config(Stream stream)
    {
        try
        {
            return Find(stream);
        }
        catch (Exception fault) when (fault is InvalidDataException or EndOfStreamException)
        {
            throw new ImportException("import.malformed", "The zip ends too early, or what is packed in it is damaged.");
        }
    }

    private static byte[] Find(Stream stream)
    {
        Span<byte> header = stackalloc byte[30];
        for (var entry = 0; entry < MaxEntries; entry++)
        {
            if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length
                || BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalHeader)
                break;
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(header[6..]);
            var method = BinaryPrimitives.ReadUInt16LittleEndian(header[8..]);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(header[18..]);
            var name = new byte[BinaryPrimitives.ReadUInt16LittleEndian(header[26..])];
            stream.ReadExactly(name);
            Skip(stream, BinaryPrimitives.ReadUInt16LittleEndian(header[28..]));
            var isConfig = Encoding.UTF8.GetString(name) == "config.json";
            if (isConfig && method is 0 or 8 && (flags & 1) == 0 && ((flags & 8) == 0 || method == 8))
                return method == 8 ? Read(new DeflateStream(stream, CompressionMode.Decompress), long.MaxValue) : Read(stream, size);
            if ((flags & 8) != 0)
                break;
            Skip(stream, size);
        }

        throw new ImportException(
            "import.format", "The zip has no config.json that can be read. A .keras file has one; of others, send what is inside.");
    }

    private static byte[] Read(Stream stream, long size)
    {
        var buffer = new MemoryStream();
        var chunk = new byte[64 * 1024];
        while (size > 0 && stream.Read(chunk, 0, (int)Math.Min(chunk.Length, size)) is > 0 and var read)
        {
            if (buffer.Length + read > KerasReader.MaxBytes)
                throw ImportException.TooLarge($"config.json is longer than {KerasReader.MaxBytes:N0} bytes.");
            buffer.Write(chunk, 0, read);
            size -= read;
        }

        return buffer.ToArray();
    }

    private static void Skip(Stream stream, long count)
    {
        var chunk = new byte[64 * 1024];
        while (count > 0)
        {
            var read = stream.Read(chunk, 0, (int)Math.Min(chunk.Length, count));
            if (read == 0)
                return;
            count -= read;
        }
    }
}
