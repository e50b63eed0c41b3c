using ConcatService.Api.Tests.Inference.Protocol;
using ConcatService.Persistence.Tests;

namespace ConcatService.Api.Tests;

/// <summary>A class fixture: the real host on real sockets, for what a client library would not send.</summary>
public sealed class ListeningServer : IAsyncLifetime
{
    public ListeningServer(PostgresFixture postgres) => Api = new(postgres) { Port = Port };

    public int Port { get; } = ProtocolServer.FreePorts();

    public ApiServer Api { get; }

    public async ValueTask InitializeAsync()
    {
        await Api.InitializeAsync();
        Api.Client(null).Dispose();                                         // starts it
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();
}
