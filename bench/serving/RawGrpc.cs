using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConcatService.Serving;

/// <summary>
/// Unary gRPC calls on one connection, one after another, on blocking sockets (HTTP/2, RFC 9113; gRPC over HTTP/2). Headers go as literals
/// that nobody remembers (RFC 7541, 6.2.2), so that a call's bytes are the same each time; those that come back are not decoded.
/// </summary>
public sealed class RawGrpc : IDisposable
{
    private const byte Data = 0,
        Headers = 1,
        Settings = 4,
        Ping = 6,
        GoAway = 7,
        WindowUpdate = 8;
    private const byte EndStream = 1,
        Acknowledge = 1,
        EndHeaders = 4;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveTimeout = 30_000,
    };
    private readonly byte[] _headers;
    private readonly byte[] _buffer = new byte[1 << 20];
    private int _next = 1, _from, _to;

    public RawGrpc(int port, string path, string? key)
    {
        (string Name, string Value)[] headers =
        [
            (":method", "POST"),
            (":scheme", "http"),
            (":path", path),
            (":authority", "127.0.0.1"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            .. key is null ? [] : new[] { ("authorization", $"Bearer {key}") },
        ];
        _headers = [.. headers.SelectMany(header => (byte[])[0, .. Text(header.Name), .. Text(header.Value)])];
        _socket.Connect(IPAddress.Loopback, port);
        _socket.Send("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8);
        Send(Settings, 0, 0, []);
        Send(WindowUpdate, 0, 0, [0x7F, 0, 0, 0]);                              // answers of a whole run fit the connection's window
    }

    /// <summary>
    /// Sends a message and waits for the end of its answer. Returns the message that came back; null when the call failed.
    /// </summary>
    public byte[]? Call(ReadOnlySpan<byte> message)
    {
        var stream = _next;
        _next += 2;
        var prefixed = new byte[message.Length + 5];
        BinaryPrimitives.WriteInt32BigEndian(prefixed.AsSpan(1), message.Length);
        message.CopyTo(prefixed.AsSpan(5));
        var frames = new List<byte>(_headers.Length + prefixed.Length + 40);
        frames.AddRange(Frame(Headers, EndHeaders, stream, _headers.Length));
        frames.AddRange(_headers);
        for (var at = 0; at < prefixed.Length; at += 16384)                     // the largest frame that needs no asking
        {
            var length = Math.Min(16384, prefixed.Length - at);
            frames.AddRange(Frame(Data, at + length == prefixed.Length ? EndStream : (byte)0, stream, length));
            frames.AddRange(prefixed.AsSpan(at, length));
        }

        _socket.Send([.. frames]);
        List<byte> answer = [];
        while (true)
        {
            Need(9);
            var head = _buffer.AsSpan(_from, 9);
            var (length, type, flags, id) = (
                (head[0] << 16) | (head[1] << 8) | head[2],
                head[3],
                head[4],
                BinaryPrimitives.ReadInt32BigEndian(head[5..]) & int.MaxValue
            );
            Need(9 + length);
            var payload = _buffer.AsSpan(_from + 9, length);
            _from += 9 + length;
            if (type == Data)
                answer.AddRange(payload);
            else if (type == Settings && (flags & Acknowledge) == 0)
                Send(Settings, Acknowledge, 0, []);
            else if (type == Ping && (flags & Acknowledge) == 0)
                Send(Ping, Acknowledge, 0, payload);
            else if (type == GoAway)
                throw new IOException("The server closed the connection.");
            if (id == stream && type is Data or Headers && (flags & EndStream) != 0)
                return answer.Count >= 5 ? [.. answer[5..]] : null;
        }
    }

    public void Dispose() => _socket.Dispose();

    private void Need(int count)
    {
        if (_from == _to)
            _from = _to = 0;
        while (_to - _from < count)
        {
            if (_to == _buffer.Length)
            {
                _buffer.AsSpan(_from, _to - _from).CopyTo(_buffer);
                (_from, _to) = (0, _to - _from);
            }

            _to += _socket.Receive(_buffer.AsSpan(_to)) is > 0 and var received
                ? received
                : throw new IOException("The server closed the connection.");
        }
    }

    private void Send(byte type, byte flags, int stream, ReadOnlySpan<byte> payload) =>
        _socket.Send([.. Frame(type, flags, stream, payload.Length), .. payload]);

    private static byte[] Frame(byte type, byte flags, int stream, int length) =>
        [
            (byte)(length >> 16),
            (byte)(length >> 8),
            (byte)length,
            type,
            flags,
            (byte)(stream >> 24),
            (byte)(stream >> 16),
            (byte)(stream >> 8),
            (byte)stream,
        ];

    /// <summary>A string of HPACK: its length with a prefix of 7 bits, and its bytes.</summary>
    private static byte[] Text(string text)
    {
        var bytes = Encoding.ASCII.GetBytes(text);
        return bytes.Length < 127
            ? [(byte)bytes.Length, .. bytes]
            : throw new ArgumentException("Longer headers are not needed here.", nameof(text));
    }
}
