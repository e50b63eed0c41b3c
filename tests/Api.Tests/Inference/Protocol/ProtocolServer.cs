using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using ConcatService.Persistence.Tests;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>One server for all cases.</summary>
[CollectionDefinition(nameof(ProtocolServer))]
public sealed class ProtocolCases : ICollectionFixture<ProtocolServer>;

/// <summary>
/// The server that the protocol's cases are sent to. Ours, on real sockets, unless <c>OIP_URL</c> names another; then
/// <c>OIP_GRPC</c> is its gRPC address (cases over gRPC are skipped without it) and <c>OIP_KEY</c> a bearer token. The other server has to
/// serve the models of <see cref="WireModels"/>, which the folder's README describes; cases for models that it lacks are skipped.
/// </summary>
public sealed class ProtocolServer(PostgresFixture postgres) : IAsyncLifetime
{
    private ApiServer? _ours;
    private HttpClient _http = new();
    private HashSet<string> _models = [];

    public string Url { get; private set; } = "";

    public string? GrpcUrl { get; private set; }

    public string? Key { get; private set; }

    /// <summary>Whether it is our own server, whose answers are ours to fix down to the code.</summary>
    public bool IsOurs => _ours is not null;

    public async ValueTask InitializeAsync()
    {
        if (Environment.GetEnvironmentVariable("OIP_URL") is { Length: > 0 } url)
        {
            (Url, GrpcUrl, Key) = (
                url.TrimEnd('/'),
                Environment.GetEnvironmentVariable("OIP_GRPC"),
                Environment.GetEnvironmentVariable("OIP_KEY")
            );
        }
        else
        {
            var port = FreePorts();
            _ours = new ApiServer(postgres) { Port = port };
            await _ours.InitializeAsync();
            await WireModels.PublishAllAsync(_ours);
            _ours.Client(null).Dispose();                                   // starts it
            (Url, GrpcUrl, Key) = ($"http://127.0.0.1:{port}", $"http://127.0.0.1:{port + 1}", _ours.Key);
        }

        _http = new(new SocketsHttpHandler { AutomaticDecompression = DecompressionMethods.None });
        if (Key is not null)
            _http.DefaultRequestHeaders.Authorization = new("Bearer", Key);
        foreach (var model in WireModels.Names)
        {
            if ((await GetAsync($"/v2/models/{model}")).Status == 200)
                _models.Add(model);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_ours is not null)
            await _ours.DisposeAsync();
    }

    public void Need(string model) => Assert.SkipUnless(_models.Contains(model), $"The server at {Url} does not serve the model {model}.");

    public Task<Exchange> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    /// <param name="body">Text is JSON; null sends none.</param>
    public Task<Exchange> PostAsync(string path, string? body, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : Encoding.UTF8.GetBytes(body), headers);

    public async Task<Exchange> SendAsync(HttpMethod method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        // The path goes out as it is written: percent-encoded names are a case of their own.
        using var request = new HttpRequestMessage(
            method,
            new Uri(Url + path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true })
        );
        if (body is not null)
            request.Content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content!.Headers.Remove(name);
                request.Content.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return new(
            (int)response.StatusCode,
            await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken),
            response
                .Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(',', header.Value), StringComparer.OrdinalIgnoreCase)
        );
    }

    /// <summary>Two in a row that nobody listens on.</summary>
    public static int FreePorts()
    {
        while (true)
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            try
            {
                using var second = new TcpListener(IPAddress.Loopback, port + 1);
                second.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: another pair.
            }
        }
    }
}

/// <summary>What came back.</summary>
public sealed record Exchange(int Status, byte[] Body, IReadOnlyDictionary<string, string> Headers)
{
    private const string HeaderLength = "Inference-Header-Content-Length";

    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>All of the body, or what the header says is JSON.</summary>
    public JsonElement Json =>
        JsonElement.Parse(Headers.TryGetValue(HeaderLength, out var length) ? Body.AsSpan(0, int.Parse(length)) : Body);

    /// <summary>What follows the JSON.</summary>
    public byte[] Tensors => Headers.TryGetValue(HeaderLength, out var length) ? Body[int.Parse(length)..] : [];

    public JsonElement Output(int index = 0) => Json.GetProperty("outputs")[index];
}
