using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// The body of an infer request, read into one pooled array: the JSON, then the tensors as bytes, which lie there so that the first of them
/// is aligned for every type. This is the only copy between the socket's buffers and the session.
/// </summary>
internal sealed class InferBody : IDisposable
{
    /// <summary>Length of the JSON; 0 when there is none (Triton's "raw binary request").</summary>
    public const string HeaderLength = "Inference-Header-Content-Length";

    /// <summary>Also after decompression, which is what makes a small body large. 64 MiB is Triton's limit.</summary>
    public const int MaxBytes = 64 << 20;

    private const int Alignment = 8;
    private byte[] _array;
    private int _start, _length;

    private InferBody(byte[] array) => _array = array;

    /// <summary>Null when the whole body is JSON.</summary>
    public int? JsonBytes { get; private init; }

    public ReadOnlyMemory<byte> Json => _array.AsMemory(_start, JsonBytes ?? _length);

    /// <summary>What follows the JSON.</summary>
    public ReadOnlyMemory<byte> Tensors => JsonBytes is { } json ? _array.AsMemory(_start + json, _length - json) : default;

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
        var body = new InferBody(ArrayPool<byte>.Shared.Rent(Alignment + (int)(announced ?? 64 * 1024))) { JsonBytes = json };
        try
        {
            body._start = (Alignment - (json ?? 0) % Alignment) % Alignment;
            await body.FillAsync(stream, (int?)announced, cancel);
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
        if (_array.Length > 0)
            ArrayPool<byte>.Shared.Return(_array);
        _array = [];
    }

    private async Task FillAsync(Stream stream, int? announced, CancellationToken cancel)
    {
        if (announced is { } all)
        {
            await stream.ReadExactlyAsync(_array.AsMemory(_start, all), cancel);
            _length = all;
            return;
        }

        while (await stream.ReadAsync(_array.AsMemory(_start + _length), cancel) is > 0 and var read)
        {
            _length += read;
            if (_length > MaxBytes)
                throw TooLarge();
            if (_start + _length == _array.Length)
                Grow();
        }
    }

    private void Grow()
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * _array.Length);
        _array.AsSpan(0, _start + _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_array);
        _array = larger;
    }

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
