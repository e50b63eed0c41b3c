using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace ConcatService.Serving.Parts;

/// <summary>What every part of the bench works with: the instance, and one picture of 4 KB in the forms in which it is sent.</summary>
public sealed class Setting(string app, string database, string key, string scratch) : IAsyncDisposable
{
    public string App => app;

    public string Database => database;

    public string Key => key;

    /// <summary>A folder for what is made or installed.</summary>
    public string Scratch => scratch;

    public BenchModel Models { get; } = new(database);

    /// <summary>1x1x32x32.</summary>
    public float[] Pixels { get; } = [.. Enumerable.Range(0, 1024).Select(i => i % 256 / 255f)];

    public byte[] Raw => MemoryMarshal.AsBytes(Pixels.AsSpan()).ToArray();

    public byte[] Json =>
        Encoding.UTF8.GetBytes(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""{"inputs":[{"name":"image","shape":[1,1,32,32],"datatype":"FP32","data":[{{string.Join(',', Pixels)}}]}]}"""
            )
        );

    /// <summary>The file of <see cref="BenchModel.Small"/>.</summary>
    public byte[] Small { get; } = BenchModel.Onnx(BenchModel.Small);

    public Task<ApiProcess> StartAsync(params string[] settings) => ApiProcess.StartAsync(app, database, settings);

    public HttpClient Client(int port) =>
        new()
        {
            BaseAddress = new($"http://127.0.0.1:{port}"),
            DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
        };

    /// <summary>A body of the elements alone, as the protocol's raw request.</summary>
    public static ByteArrayContent RawBody(byte[] elements) => new(elements) { Headers = { { "Inference-Header-Content-Length", "0" } } };

    /// <summary>What the server has counted for the newest version of a model.</summary>
    public async Task<JsonNode> StatisticsAsync(int port, string name)
    {
        using var client = Client(port);
        return (await client.GetFromJsonAsync<JsonNode>($"/v2/models/{name}/stats"))!["model_stats"]![0]!;
    }

    public static void Require(bool holds)
    {
        if (!holds)
            throw new InvalidOperationException("A call failed.");
    }

    public ValueTask DisposeAsync() => Models.DisposeAsync();
}
