using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConcatService.Serving;

/// <summary>HTTP/1.1 on one connection, one request after another, on blocking sockets: what is measured is the server.</summary>
public sealed class RawHttp : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveTimeout = 30_000,
    };
    private byte[] _buffer = new byte[1 << 20];

    public RawHttp(int port) => _socket.Connect(IPAddress.Loopback, port);

    public static byte[] Post(string path, string? key, byte[] body, string headers = "") =>
        [
            .. Encoding.ASCII.GetBytes(
                $"POST {path} HTTP/1.1\r\nHost: "
                    + $"127.0.0.1\r\n{(key is null ? "" : $"Authorization: Bearer {key}\r\n")}{headers}Content-Length: "
                    + $"{body.Length}\r\n\r\n"
            ),
            .. body,
        ];

    /// <returns>The status, and the body where the last call left it.</returns>
    public (int Status, ReadOnlyMemory<byte> Body) Send(ReadOnlySpan<byte> request)
    {
        _socket.Send(request);
        var (received, end) = (0, -1);
        while (end < 0)
        {
            received += Receive(received);
            end = _buffer.AsSpan(0, received).IndexOf("\r\n\r\n"u8);
        }

        var head = _buffer.AsSpan(0, end);
        var status = int.Parse(head.Slice(9, 3), CultureInfo.InvariantCulture);
        var at = head.IndexOf("Content-Length: "u8);
        if (at < 0)
            return (status, Chunked(end + 4, received));
        var value = head[(at + 16)..];
        var line = value.IndexOf((byte)'\r');
        var length = int.Parse(line < 0 ? value : value[..line], CultureInfo.InvariantCulture);
        while (received < end + 4 + length)
            received += Receive(received);
        return (status, _buffer.AsMemory(end + 4, length));
    }

    public void Dispose() => _socket.Dispose();

    /// <summary>Up to the last, empty chunk; their sizes are left in it.</summary>
    private ReadOnlyMemory<byte> Chunked(int from, int received)
    {
        while (!_buffer.AsSpan(from, received - from).EndsWith("0\r\n\r\n"u8))
            received += Receive(received);
        return _buffer.AsMemory(from, received - from);
    }

    private int Receive(int at)
    {
        if (at == _buffer.Length)
            Array.Resize(ref _buffer, 2 * at);
        return _socket.Receive(_buffer.AsSpan(at)) is > 0 and var count
            ? count
            : throw new IOException("The server closed the connection.");
    }
}
