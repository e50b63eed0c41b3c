using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Memory;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// The body of an infer request, read into one piece of memory, pooled or native: the JSON, then the tensors as bytes, which lie there so
/// that the first of them is aligned for every type. This is the only copy between the socket's buffers and the session.
/// </summary>
internal sealed class InferBody : IDisposable
{
    /// <summary>Length of the JSON; 0 when there is none (Triton's "raw binary request").</summary>
    public const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>Also after decompression, which is what makes a small body large. 64 MiB is Triton's limit.</summary>
    public const int MaxBytes = 64 << 20;

    private const int Alignment = 8;

    /// <summary>Where no length is announced.</summary>
    private const int FirstBytes = 64 * 1024;

    private const int MostAnnouncedBytes = 1 << 20;

    /// <summary>That are unpacked before others are looked at.</summary>
    private const int UnpackedBytes = 1 << 18;

    /// <summary>
    /// Bodies are unpacked as many at a time as there are processors: the others hold no memory yet, and answers that need no time do not
    /// wait behind sixty of them.
    /// </summary>
    private static readonly SemaphoreSlim Unpacking = new(Environment.ProcessorCount);

    private IMemoryOwner<byte> _owner;
    private Memory<byte> _bytes;
    private int _start, _length;

    private InferBody(MemoryShare memory, int bytes)
    {
        Memory = memory;
        memory.Take(bytes);
        _owner = Owner(bytes);
        _bytes = _owner.Memory;
    }

    /// <summary>The request's; what the tensors take beside the body comes from it, too.</summary>
    public MemoryShare Memory { get; }

    /// <summary>Null when the whole body is JSON.</summary>
    public int? JsonBytes { get; private init; }

    public ReadOnlyMemory<byte> Json => _bytes.Slice(_start, JsonBytes ?? _length);

    /// <summary>What follows the JSON.</summary>
    public ReadOnlyMemory<byte> Tensors => JsonBytes is { } json ? _bytes.Slice(_start + json, _length - json) : default;

    /// <exception cref="InferenceException">It is too large, compressed in an unknown way, or shorter than its JSON is said to
    /// be.</exception>
    public static async Task<InferBody> ReadAsync(HttpRequest request, CancellationToken cancel)
    {
        var json = JsonLength(request);
        if (request.ContentLength > MaxBytes)
            throw TooLarge();
        var (stream, announced) = request.Headers.ContentEncoding.ToString() switch
        {
            "" or "identity" => (request.Body, request.ContentLength),
            "gzip" => (new GZipStream(request.Body, CompressionMode.Decompress), null),
            "deflate" => (new ZLibStream(request.Body, CompressionMode.Decompress), null),
            var other => throw new InferenceException(
                "inference.encoding",
                $"The Content-Encoding is '{other}'; gzip, deflate and identity are read."
            ),
        };
        // Memory is taken for what has come, not for what was announced.
        var mostBytes = Alignment + (int)(announced ?? MaxBytes + 1);
        var firstBytes = Math.Min(mostBytes, announced is null ? FirstBytes : MostAnnouncedBytes);
        var body = new InferBody(MemoryShare.Of(request.HttpContext), firstBytes) { JsonBytes = json };
        try
        {
            body._start = (Alignment - (json ?? 0) % Alignment) % Alignment;
            if (stream == request.Body)
                await body.FillAsync(stream, (int?)announced ?? int.MaxValue, mostBytes, cancel);
            else
                await body.UnpackAsync(stream, mostBytes, cancel);
            return json > body._length
                ? throw new InferenceException("inference.request", $"{HeaderLength} is {json}, and the body has {body._length} bytes.")
                : body;
        }
        catch (InvalidDataException damaged)
        {
            body.Dispose();
            throw new InferenceException("inference.encoding", $"The body cannot be decompressed: {damaged.Message}");
        }
        catch
        {
            body.Dispose();
            throw;
        }
        finally
        {
            if (stream != request.Body)
                await stream.DisposeAsync();
        }
    }

    public void Dispose()
    {
        _owner.Dispose();
        _bytes = default;
    }

    /// <param name="announced">The end of the body, where it is known.</param>
    /// <param name="mostBytes">That the memory may have.</param>
    private async Task FillAsync(Stream stream, int announced, int mostBytes, CancellationToken cancel)
    {
        while (_length < announced)
        {
            if (_start + _length == _bytes.Length)
                Grow(Math.Min(2 * _bytes.Length, mostBytes));
            var free = _bytes[(_start + _length)..];
            var read = await stream.ReadAsync(free[..Math.Min(free.Length, announced - _length)], cancel);
            if (read == 0)
                return;
            _length += read;
            if (_length > MaxBytes)
                throw TooLarge();
        }
    }

    /// <summary>Keeps its turn for as long as something has come to unpack.</summary>
    private async Task UnpackAsync(Stream stream, int mostBytes, CancellationToken cancel)
    {
        var (hasTurn, read) = (false, 0);
        try
        {
            do
            {
                if (!hasTurn)
                    await Unpacking.WaitAsync(cancel);
                hasTurn = true;
                if (_start + _length == _bytes.Length)
                    Grow(Math.Min(2 * _bytes.Length, mostBytes));
                var free = _bytes[(_start + _length)..];
                var reading = stream.ReadAsync(free[..Math.Min(free.Length, UnpackedBytes)], cancel);
                if (!reading.IsCompleted)
                {
                    Unpacking.Release();
                    hasTurn = false;
                }

                read = await reading;
                _length += read;
                if (_length > MaxBytes)
                    throw TooLarge();
            }
            while (read > 0);
        }
        finally
        {
            if (hasTurn)
                Unpacking.Release();
        }
    }

    private void Grow(int bytes)
    {
        Memory.Take(bytes - _bytes.Length);
        if (_owner is NativeBytes native)
        {
            native.Resize(bytes);
        }
        else
        {
            var pooled = _owner;
            _owner = Owner(bytes);
            _bytes.CopyTo(_owner.Memory);
            pooled.Dispose();
        }

        _bytes = _owner.Memory;
    }

    private static IMemoryOwner<byte> Owner(int bytes) =>
        bytes <= MemoryShare.LargeBytes ? MemoryPool<byte>.Shared.Rent(bytes) : new NativeBytes(bytes);

    private static int? JsonLength(HttpRequest request)
    {
        if (!request.Headers.TryGetValue(HeaderLength, out var header))
            return null;
        return int.TryParse(header.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length)
            ? length
            : throw new InferenceException("inference.request", $"{HeaderLength} is '{header}'; expected the length of the JSON in bytes.");
    }

    private static InferenceException TooLarge() =>
        new("request.too_large", $"The body is over the limit of {MaxBytes} bytes, as sent or when decompressed.", Fault.TooLarge);
}
