namespace ConcatService.Import;

/// <summary>A stream whose first bytes can be looked at before it is read.</summary>
internal sealed class PrefixStream : Stream
{
    private const int MaxPrefix = 64 * 1024;

    private readonly Stream _rest;
    private readonly byte[] _prefix;
    private int _next;

    public PrefixStream(Stream stream)
    {
        var buffer = new byte[MaxPrefix];
        var filled = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        (_rest, _prefix) = (stream, buffer[..filled]);
    }

    /// <summary>The first 64 KB, or the whole.</summary>
    public ReadOnlySpan<byte> Prefix => _prefix;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        if (_next == _prefix.Length)
            return _rest.Read(buffer, offset, count);
        var step = Math.Min(count, _prefix.Length - _next);
        Array.Copy(_prefix, _next, buffer, offset, step);
        _next += step;
        return step;
    }

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
