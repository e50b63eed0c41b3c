using System.Net;
using System.Net.Sockets;

namespace ConcatService.Api.Tests.Pages;

/// <summary>A port before the service's. While it is cut, a browser sees what it sees of a service that was killed.</summary>
internal sealed class Cable : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly List<Socket> _open = [];
    private readonly int _to;
    private TcpListener? _listener;

    public Cable(int to)
    {
        _to = to;
        Join();
        Port = ((IPEndPoint)_listener!.LocalEndpoint).Port;
    }

    public int Port { get; private set; }

    /// <summary>How many connections there are now.</summary>
    public int Connections
    {
        get
        {
            lock (_open)
                return _open.Count(socket => socket.Connected) / 2;
        }
    }

    /// <summary>Ends all connections; new ones are refused.</summary>
    public void Cut()
    {
        _listener?.Stop();
        lock (_open)
        {
            _open.ForEach(socket => socket.Close(0));
            _open.Clear();
        }
    }

    public void Join()
    {
        _listener = new(IPAddress.Loopback, Port);
        _listener.Start();
        _ = ListenAsync(_listener);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        Cut();
        _ending.Dispose();
    }

    private async Task ListenAsync(TcpListener listener)
    {
        try
        {
            while (true)
            {
                var near = await listener.AcceptSocketAsync(_ending.Token);
                var far = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await far.ConnectAsync(IPAddress.Loopback, _to, _ending.Token);
                lock (_open)
                    _open.AddRange([near, far]);
                _ = CopyAsync(near, far);
                _ = CopyAsync(far, near);
            }
        }
        catch (Exception ended) when (ended is SocketException or OperationCanceledException or ObjectDisposedException)
        {
        }
    }

    private static async Task CopyAsync(Socket from, Socket to)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var read)
                await to.SendAsync(buffer.AsMemory(0, read));
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception ended) when (ended is SocketException or ObjectDisposedException)
        {
            from.Close();
            to.Close();
        }
    }
}
