using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace ConcatService.Worker.Tests.Supervision;

/// <summary>
/// Takes what OpenTelemetry sends over HTTP and reads the few fields of it that tests ask for
/// (https://github.com/open-telemetry/opentelemetry-proto).
/// </summary>
internal sealed class OtlpReceiver : IDisposable
{
    private readonly HttpListener _listener = new();

    public OtlpReceiver()
    {
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            Address = $"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}";
        }

        _listener.Prefixes.Add($"{Address}/");
        _listener.Start();
        _ = ListenAsync();
    }

    public sealed record Span(string Trace, string Id, string Parent, string Name);

    public string Address { get; }

    public ConcurrentQueue<Span> Spans { get; } = [];

    /// <summary>Names of metrics.</summary>
    public ConcurrentDictionary<string, bool> Metrics { get; } = [];

    /// <summary>Trace ids of log records; empty where one has none.</summary>
    public ConcurrentQueue<string> Logs { get; } = [];

    public void Dispose() => _listener.Close();

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var http = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await http.Request.InputStream.CopyToAsync(body);
                Take(http.Request.Url!.AbsolutePath, body.ToArray());
                http.Response.ContentType = "application/x-protobuf";
                http.Response.Close();
            }
        }
        catch (Exception ended) when (ended is HttpListenerException or ObjectDisposedException)
        {
        }
    }

    // Each is a request of resources (1), of scopes (2), of entries (2).
    private void Take(string path, byte[] body)
    {
        foreach (var entry in Parts(body, 1).SelectMany(resource => Parts(resource, 2)).SelectMany(scope => Parts(scope, 2)))
        {
            if (path == "/v1/traces")
                Spans.Enqueue(new(Hex(entry, 1), Hex(entry, 2), Hex(entry, 4), Encoding.UTF8.GetString(Parts(entry, 5).Single())));
            else if (path == "/v1/metrics")
                Metrics[Encoding.UTF8.GetString(Parts(entry, 1).Single())] = true;
            else if (path == "/v1/logs")
                Logs.Enqueue(Hex(entry, 9));
        }
    }

    private static string Hex(byte[] message, int field) => Convert.ToHexStringLower(Parts(message, field).SingleOrDefault() ?? []);

    /// <summary>The values of a field that has a length: bytes, texts and messages.</summary>
    private static List<byte[]> Parts(byte[] message, int wanted)
    {
        var (found, at) = (new List<byte[]>(), 0);
        while (at < message.Length)
        {
            var key = Number(message, ref at);
            var length = (key & 7) switch
            {
                0 => 0,
                1 => 8,
                5 => 4,
                2 => (int)Number(message, ref at),
                var other => throw new InvalidDataException($"Wire type {other}."),
            };
            if ((key & 7) == 0)
                Number(message, ref at);
            if ((key & 7) == 2 && key >> 3 == (ulong)wanted)
                found.Add(message[at..(at + length)]);
            at += length;
        }

        return found;
    }

    private static ulong Number(byte[] message, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 127) << shift;
            if (part < 128)
                return value;
        }
    }
}
