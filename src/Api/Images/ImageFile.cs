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
    /// <summary>A small file can hold a picture that fills the memory: 16 million pixels, at 16 bytes each while it is resized.</summary>
    public const long MaxPixels = 16_000_000;

    // Scans without content cost a few bytes each, and a walk over all of the picture. Encoders write ten or so.
    private const int MaxScans = 256;

    private const int ChunkOverhead = 12;                                       // of PNG: length, type, checksum

    /// <summary>Sizes and channels, without keeping the pixels.</summary>
    /// <exception cref="InvalidDataException">It is neither PNG nor JPEG, or broken; the message says which.</exception>
    public static ImageInfo Head(byte[] file)
    {
        var isPng = file is [0x89, (byte)'P', (byte)'N', (byte)'G', ..];
        if (!isPng && file is not [0xFF, 0xD8, ..])
            throw new InvalidDataException("it is neither PNG nor JPEG");
        if (!isPng && file.AsSpan().Count((ReadOnlySpan<byte>)[0xFF, 0xDA]) > MaxScans)
            throw new InvalidDataException($"it has more than {MaxScans} scans");
        var info = Read(file, ImageInfo.FromStream) ?? throw new InvalidDataException("it has no head");
        if (isPng && (long)info.Width * info.Height <= MaxPixels)
            // 16 bits of four channels; filters of rows, also interlaced
            CheckUnpacked(file, (8L * info.Width * info.Height) + (2L * info.Height) + 64);
        return info;
    }

    /// <summary>The pixels, uint8 <c>[H, W, C]</c> of 1 or 3 channels, of a file whose head was looked at and is not too large.</summary>
    /// <exception cref="InvalidDataException">It is broken; the message says how.</exception>
    public static ImageResult Pixels(byte[] file, int channels) =>
        Read(file, stream => ImageResult.FromStream(stream, channels == 1 ? ColorComponents.Grey : ColorComponents.RedGreenBlue));

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
