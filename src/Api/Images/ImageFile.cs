using System.Buffers.Binary;
using System.IO.Compression;
using StbImageSharp;

namespace ConcatService.Api.Images;

/// <summary>
/// The one way to a picture of a client: PNG or JPEG, never longer at work than its bytes and pixels allow. Of a file that ends too early
/// the decoder alone makes gray, or looks for the rest for ever: here its stream ends with an exception.
/// </summary>
internal static class ImageFile
{
    /// <summary>A small file can hold a picture that fills the memory: 16 million pixels, at 6 to 20 bytes while it is decoded.</summary>
    public const long MaxPixels = 16_000_000;

    // Scans without content cost a few bytes each, and a walk over all of the picture. Encoders write ten or so.
    private const int MaxScans = 256;

    private const int ChunkOverhead = 12;                                       // of PNG: length, type, checksum

    /// <summary>Sizes and channels, without unpacking anything.</summary>
    /// <exception cref="InvalidDataException">It is neither PNG nor JPEG, or broken; the message says which.</exception>
    public static ImageInfo Head(byte[] file)
    {
        var isPng = IsPng(file);
        if (!isPng && file is not [0xFF, 0xD8, ..])
            throw new InvalidDataException("it is neither PNG nor JPEG");
        if (!isPng && file.AsSpan().Count((ReadOnlySpan<byte>)[0xFF, 0xDA]) > MaxScans)
            throw new InvalidDataException($"it has more than {MaxScans} scans");
        return Read(file, ImageInfo.FromStream) ?? throw new InvalidDataException("it has no head");
    }

    /// <summary>Memory that <see cref="Pixels"/> takes at most, what it returns included.</summary>
    public static long DecodingBytes(ImageInfo info, int channels)
    {
        // The decoder holds what it unpacked beside what it makes of it: of PNG the samples as they are stored, of JPEG the planes, and
        // where it is progressive two bytes for each coefficient. Then its own copy of the result, and ours.
        var samples = Math.Max(3, (int)info.ColorComponents) * (info.BitsPerChannel == 16 ? 2 : 1);
        return (long)info.Width * info.Height * ((2 * samples) + (2 * channels));
    }

    /// <summary>The pixels, uint8 <c>[H, W, C]</c> of 1 or 3 channels.</summary>
    /// <param name="head">The file's, looked at and not too large.</param>
    /// <exception cref="InvalidDataException">It is broken; the message says how.</exception>
    public static ImageResult Pixels(byte[] file, ImageInfo head, int channels)
    {
        if (IsPng(file))
            // 16 bits of four channels; filters of rows, also interlaced
            CheckUnpacked(file, (8L * head.Width * head.Height) + (2L * head.Height) + 64);
        return Read(file, stream => ImageResult.FromStream(stream, channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue));
    }

    private static bool IsPng(byte[] file) => file is [0x89, (byte)'P', (byte)'N', (byte)'G', ..];

    /// <summary>The decoder unpacks all that is there, also a gigabyte for 8x8 pixels.</summary>
    private static void CheckUnpacked(byte[] file, long limit)
    {
        using var packed = new MemoryStream();
        for (
            var chunk = file.AsSpan(8);
            chunk.Length >= ChunkOverhead
                && BinaryPrimitives.ReadUInt32BigEndian(chunk) is var length
                && length <= chunk.Length - ChunkOverhead;
            chunk = chunk[((int)length + ChunkOverhead)..]
        )
        {
            if (chunk[4..8].SequenceEqual("IDAT"u8))
                packed.Write(chunk.Slice(8, (int)length));
        }

        packed.Position = 0;
        using var unpacked = new ZLibStream(packed, CompressionMode.Decompress);
        var buffer = new byte[1 << 14];
        while (unpacked.Read(buffer) is > 0 and var read)
        {
            if ((limit -= read) < 0)
                throw new InvalidDataException("it holds more than its pixels");
        }
    }

    private static T Read<T>(byte[] file, Func<Stream, T> decode)
    {
        using var stream = new EndingStream(file);
        try
        {
            return decode(stream);
        }
        catch (Exception unreadable) when (unreadable is not OutOfMemoryException)
        {
            // the decoder throws whatever it stumbles over
            throw new InvalidDataException(unreadable is EndOfStreamException ? "it ends before the picture does" : unreadable.Message);
        }
    }

    /// <summary>Bytes that cannot be read past their end, nor again by a length below zero.</summary>
    private sealed class EndingStream(byte[] file) : MemoryStream(file, writable: false)
    {
        public override int ReadByte() => base.ReadByte() is >= 0 and var value ? value : throw new EndOfStreamException();

        public override int Read(byte[] buffer, int offset, int count) =>
            base.Read(buffer, offset, count) is var read && read == count ? read : throw new EndOfStreamException();

        public override long Seek(long offset, SeekOrigin loc) =>
            loc == SeekOrigin.Current && offset < 0 ? throw new EndOfStreamException() : base.Seek(offset, loc);
    }
}
