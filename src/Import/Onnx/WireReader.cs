using System.Buffers.Binary;
using System.Text;

namespace ConcatService.Import.Onnx;

/// <summary>
/// Reads protobuf from a stream, without knowing its whole length: what is not asked for is skipped and never held.
/// </summary>
/// <remarks>Wire format: https://protobuf.dev/programming-guides/encoding</remarks>
internal sealed class WireReader(Stream stream)
{
    public const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;

    /// <summary>What may be held of a file, in bytes.</summary>
    private const long MostHeld = 16_000_000;

    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _next, _filled;
    private long _held;

    /// <summary>Bytes read so far.</summary>
    public long Position { get; private set; }

    /// <summary>The next field of a message that ends at a position; false at its end.</summary>
    /// <param name="end">Null for the outermost message, which ends with the file.</param>
    public bool NextField(long? end, out int number, out int type)
    {
        (number, type) = (0, 0);
        if (end is { } last ? Position >= last : IsAtEnd())
            return false;
        var tag = ReadVarint();
        (number, type) = ((int)Math.Min(tag >> 3, int.MaxValue), (int)(tag & 7));
        if (number == 0 || type is not (Varint or Fixed64 or Bytes or Fixed32))
            throw Malformed();
        return true;
    }

    /// <summary>The end of the message that begins here.</summary>
    public long ReadEnd(long? outer)
    {
        var length = ReadVarint();
        var end = length > long.MaxValue / 2 ? long.MaxValue : Position + (long)length;
        return outer is { } last && end > last ? throw Malformed() : end;
    }

    public long ReadLong() => unchecked((long)ReadVarint());

    public ulong ReadVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var next = ReadByte();
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value;
        }

        throw Malformed();
    }

    public float ReadFloat()
    {
        Span<byte> four = stackalloc byte[4];
        Fill(four);
        return BinaryPrimitives.ReadSingleLittleEndian(four);
    }

    public string ReadText(long? outer) => Encoding.UTF8.GetString(ReadBytes(outer, 1_000_000));

    /// <summary>The bytes of a field.</summary>
    public byte[] ReadBytes(long? outer, int most)
    {
        var length = ReadEnd(outer) - Position;
        if (length > most)
            throw ImportException.TooLarge($"A value of {length:N0} bytes is larger than {most:N0}.");
        Hold(length);
        var bytes = new byte[length];
        Fill(bytes);
        return bytes;
    }

    /// <summary>Counts what is kept against the limit.</summary>
    public void Hold(long bytes)
    {
        _held += bytes + 8;
        if (_held > MostHeld)
            throw ImportException.TooLarge($"The graph has more than {MostHeld:N0} bytes beside its tensors.");
    }

    public void Skip(int type, long? outer)
    {
        switch (type)
        {
            case Varint:
                ReadVarint();
                break;
            case Fixed64:
                SkipBytes(8);
                break;
            case Fixed32:
                SkipBytes(4);
                break;
            default:
                SkipBytes(ReadEnd(outer) - Position);
                break;
        }
    }

    public void SkipTo(long end) => SkipBytes(end - Position);

    public static ImportException Malformed() => new("import.malformed", "The file is no ONNX model, or it ends too early.");

    private void SkipBytes(long count)
    {
        if (count < 0)
            throw Malformed();
        while (count > 0)
        {
            if (_next == _filled && !Refill())
                throw Malformed();
            var step = (int)Math.Min(count, _filled - _next);
            _next += step;
            Position += step;
            count -= step;
        }
    }

    public void ReadExactly(Span<byte> target) => Fill(target);

    private void Fill(Span<byte> target)
    {
        while (target.Length > 0)
        {
            if (_next == _filled && !Refill())
                throw Malformed();
            var step = Math.Min(target.Length, _filled - _next);
            _buffer.AsSpan(_next, step).CopyTo(target);
            _next += step;
            Position += step;
            target = target[step..];
        }
    }

    private byte ReadByte()
    {
        if (_next == _filled && !Refill())
            throw Malformed();
        Position++;
        return _buffer[_next++];
    }

    private bool IsAtEnd() => _next == _filled && !Refill();

    private bool Refill()
    {
        (_next, _filled) = (0, stream.Read(_buffer, 0, _buffer.Length));
        return _filled > 0;
    }
}
