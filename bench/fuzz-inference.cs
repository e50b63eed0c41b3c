// Hostile inference requests, as JSON, as bytes and over gRPC: no 500, no crash, and neighbors who get their right answers meanwhile.
// --requests N, --seed S.

#:property PublishAot=false
#:project serving/Serving.csproj
#:project fuzz-api/FuzzApi.csproj

using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ConcatService.FuzzApi;
using ConcatService.Serving;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
// The names and shapes of a request stand in front, its numbers behind.
const int Head = 200;
// The aim: 1,000,000 requests.
var (requests, seed) = ((int)Option("--requests", 20_000), (int)Option("--seed", 1));
var (app, database, key) = (Path.Combine(Variable("CONCAT_APP"), "api"), Variable("ConnectionStrings__Postgres"), Variable("CONCAT_KEY"));
await using var models = new BenchModel(database);
var name = await models.PublishAsync("fuzz", BenchModel.Small, BenchModel.Onnx(BenchModel.Small));
await using var server = await ApiProcess.StartAsync(app, database);

var raw = MemoryMarshal.AsBytes(Enumerable.Range(0, 1024).Select(i => i / 1024f).ToArray().AsSpan()).ToArray();
var json = Encoding.UTF8.GetBytes(
    """{"id":"7","inputs":[{"name":"image","shape":[1,1,32,32],"datatype":"FP32","data":["""
        + string.Join(',', Enumerable.Repeat("0.25", 1024))
        + """]}],"outputs":[{"name":"scores","parameters":{"binary_data":false}}]}"""
);
var header = Encoding.UTF8.GetBytes(
    """{"inputs":[{"name":"image","shape":[1,1,32,32],"datatype":"FP32","parameters":{"binary_data_size":4096}}],"parameters":"""
        + """{"binary_data_output":true}}"""
);
var message = InferMessage.Of(name, "image", [1, 1, 32, 32], raw);
var path = $"/v2/models/{name}/infer";
var (good, expected) = (RawHttp.Post(path, key, raw, "Inference-Header-Content-Length: 0\r\n"), Array.Empty<byte>());
using (var first = new RawHttp(server.Port))
    expected = first.Send(good).Body.ToArray();

var (answers, grpc, failures, watch) = (new SortedDictionary<int, int>(), (Done: 0, Refused: 0), 0, Stopwatch.StartNew());
RawHttp? http = null;
RawGrpc? calls = null;
for (var number = seed; number < seed + requests; number++)
{
    var random = new Random(number);
    try
    {
        if (number % 3 == 2)
        {
            calls ??= new RawGrpc(server.Port + 1, "/inference.GRPCInferenceService/ModelInfer", key);
            var isRefused = calls.Call(Hostile.Damage(message, random, Head)) is null;
            grpc = isRefused ? (grpc.Done, grpc.Refused + 1) : (grpc.Done + 1, grpc.Refused);
        }
        else
        {
            http ??= new RawHttp(server.Port);
            var (status, body) = http.Send(
                number % 3 == 0
                    ? RawHttp.Post(
                        path,
                        key,
                        Hostile.Damage(json, random, Head),
                        random.Next(8) == 0 ? $"Content-Encoding: {Hostile.Pick(random, "gzip", "deflate", "br", "identity")}\r\n" : ""
                    )
                    : Binary(random)
            );
            answers[status] = answers.GetValueOrDefault(status) + 1;
            if (status >= 500)
                Fail($"{status} {Encoding.UTF8.GetString(body.Span)}");
        }
    }
    catch (Exception closed) when (closed is IOException or SocketException)
    {
        // A connection may be closed for what it carries, such as a length that is not true. The server must take the next.
        http?.Dispose();
        calls?.Dispose();
        (http, calls) = (null, null);
    }

    if (number % 50 == 0)
    {
        using var neighbor = new RawHttp(server.Port);
        var (status, body) = neighbor.Send(good);
        if (status != 200 || !body.Span.SequenceEqual(expected))
            Fail($"the neighbor got {status}");
    }

    void Fail(string what)
    {
        failures++;
        Console.WriteLine($"seed {number}: {what}");
    }
}

Console.WriteLine($"{requests:N0} requests from seed {seed} in {watch.Elapsed.TotalSeconds:N0} s");
Console.WriteLine(
    $"over HTTP {string.Join(", ", answers.Select(each => $"{each.Key}: {each.Value:N0}"))}; over gRPC answered {grpc.Done:N0}, refused "
        + $"{grpc.Refused:N0}"
);

// Over gRPC a status is not decoded; a defect is an error in the server's log, whatever the caller was told.
Console.WriteLine($"{failures} failures, {server.LoggedErrors} errors in the server's log");
http?.Dispose();
calls?.Dispose();
return failures + server.LoggedErrors == 0 ? 0 : 1;

// Right JSON with wrong bytes, or wrong JSON, or a length that is not the JSON's.
byte[] Binary(Random random)
{
    var (start, tensor) = (
        random.Next(2) == 0 ? Hostile.Damage(header, random, Head) : header,
        random.Next(3) == 0 ? raw[..random.Next(raw.Length)] : raw
    );
    var length =
        random.Next(4) == 0
            ? Hostile.Pick(random, "0", "-1", "99999999999", "", "x", "1", $"{start.Length + tensor.Length}", $"{start.Length - 1}")
            : $"{start.Length}";
    return RawHttp.Post(path, key, [.. start, .. tensor], $"Inference-Header-Content-Length: {length}\r\n");
}

long Option(string option, long fallback) =>
    Array.IndexOf(args, option) is >= 0 and var at ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : fallback;

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set; ./concat bench fuzz-inference sets it.");
