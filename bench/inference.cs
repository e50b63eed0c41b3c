// Serving: overhead above a bare session over REST and gRPC, throughput beside onnxruntime-node, batching, many models, versions replaced under load. Parts by name: overhead, throughput, batching, models, replace.

#:property PublishAot=false
#:project serving/Serving.csproj

using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using ConcatService.Serving;
using ConcatService.Training.Onnx;
using Microsoft.ML.OnnxRuntime;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
string[] parts = args.Length > 0 ? args : ["overhead", "throughput", "batching", "models", "replace"];
var (app, database, key) = (Path.Combine(Variable("CONCAT_APP"), "api"), Variable("ConnectionStrings__Postgres"), Variable("CONCAT_KEY"));
var scratch = Directory.CreateDirectory(Path.Combine(Variable("CONCAT_HOME"), "bench-inference")).FullName;
long[] shape = [1, 1, 32, 32];
var pixels = new float[1024];
for (var i = 0; i < pixels.Length; i++)
    pixels[i] = i % 256 / 255f;
var raw = MemoryMarshal.AsBytes(pixels.AsSpan()).ToArray();
var json = Encoding.UTF8.GetBytes($$"""{"inputs":[{"name":"image","shape":[1,1,32,32],"datatype":"FP32","data":[{{string.Join(',', pixels)}}]}]}""");
var small = BenchModel.Onnx(BenchModel.Small);

Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, ONNX Runtime {OnnxRuntime.Version}; clients on the same machine");
await using var models = new BenchModel(database);
foreach (var part in parts)
{
    Console.WriteLine();
    await (part switch
    {
        "overhead" => OverheadAsync(),
        "throughput" => ThroughputAsync(),
        "batching" => BatchingAsync(),
        "models" => ManyModelsAsync(),
        "replace" => ReplaceAsync(),
        _ => throw new ArgumentException($"There is no part '{part}'."),
    });
}

// The aims: p50 at most 60 µs and p99 at most 1 ms above the bare loop.
async Task OverheadAsync()
{
    var name = await models.PublishAsync("overhead", BenchModel.Small, small);
    await using var server = await ApiProcess.StartAsync(app, database);
    using var session = OnnxRuntime.Open(small);
    using var input = OrtValue.CreateTensorValueFromMemory(pixels, shape);
    using var options = new RunOptions();
    using var http = new RawHttp(server.Port);
    using var grpc = new RawGrpc(server.Port + 1, "/inference.GRPCInferenceService/ModelInfer", key);
    var (header, message) = (Encoding.UTF8.GetBytes("""{"inputs":[{"name":"image","shape":[1,1,32,32],"datatype":"FP32","parameters":{"binary_data_size":4096}}],"parameters":{"binary_data_output":true}}"""), InferMessage.Of(name, "image", shape, raw));
    var request = RawHttp.Post($"/v2/models/{name}/infer", key, [.. header, .. raw], $"Inference-Header-Content-Length: {header.Length}\r\n");
    var empty = Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
    (string Name, Action Run)[] ways =
    [
        ("bare session", () => session.Run(options, ["image"], [input], ["scores"]).Dispose()),
        ("empty call", () => Require(http.Send(empty).Status == 200)),
        ("REST", () => Require(http.Send(request).Status == 200)),
        ("gRPC", () => Require(grpc.Call(message) is { Length: > 0 })),
    ];
    var (times, spent) = (ways.Select(_ => new List<double>()).ToList(), new TimeSpan[ways.Length]);
    foreach (var (_, run) in ways)
        Repeat(run, 3000, []);
    for (var round = 0; round < 20; round++)                                // in turn, so that whatever else the machine does falls on all
    {
        foreach (var (index, (_, run)) in ways.Index())
        {
            var before = server.ProcessorTime;
            Repeat(run, 500, times[index]);
            spent[index] += server.ProcessorTime - before;
        }
    }

    var (bare50, bare99) = (Figures.Percentile(times[0], 50), Figures.Percentile(times[0], 99));
    Console.WriteLine($"overhead, one client, 4 KB binary tensor, {times[0].Count:N0} calls each");
    foreach (var (index, (way, _)) in ways.Index())
    {
        var (p50, p99) = (Figures.Percentile(times[index], 50), Figures.Percentile(times[index], 99));
        Console.WriteLine($"  {way,-13} p50 {p50,7:F1} µs  p99 {p99,8:F1} µs{(index == 0 ? "" : $"   above the bare session: p50 {p50 - bare50:F1} µs, p99 {p99 - bare99:F1} µs; {spent[index].TotalMicroseconds / times[index].Count:F1} µs of processor time in the server")}");
    }

    Console.WriteLine($"  in the server, mean µs of all calls: {await StagesAsync(server.Port, name)}");
}

// Mean microseconds of each stage, as the server counts them.
async Task<string> StagesAsync(int port, string name)
{
    using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}"), DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
    var stats = (await client.GetFromJsonAsync<JsonNode>($"/v2/models/{name}/stats"))!["model_stats"]![0]!["inference_stats"]!.AsObject();
    return string.Join(", ", stats.Where(stage => (long)stage.Value!["count"]! > 0).Select(stage => $"{stage.Key} {(double)stage.Value!["ns"]! / 1000 / (long)stage.Value["count"]!:F1}"));
}

// The aim: at least 2 times onnxruntime-node behind Fastify, at 1 to 64 clients, as JSON and as bytes.
async Task ThroughputAsync()
{
    var name = await models.PublishAsync("throughput", BenchModel.Small, small);
    await using var server = await ApiProcess.StartAsync(app, database);
    var model = Path.Combine(scratch, "small.onnx");
    await File.WriteAllBytesAsync(model, small);
    if (!Directory.Exists(Path.Combine(scratch, "node_modules", "onnxruntime-node")))
        await RunAsync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--silent", "fastify", "onnxruntime-node"]);
    File.Copy("bench/serving/node-server.mjs", Path.Combine(scratch, "node-server.mjs"), overwrite: true);
    var nodePort = server.Port + 10;
    using var node = Process.Start(new ProcessStartInfo("node", ["node-server.mjs", model, $"{nodePort}"]) { WorkingDirectory = scratch, RedirectStandardOutput = true })!;
    try
    {
        await UntilListeningAsync(nodePort);
        var bearer = $"Authorization: Bearer {key}";
        var binary = Wrk.Script(scratch, "ours-binary", raw, bearer, "Inference-Header-Content-Length: 0", "Content-Type: application/octet-stream");
        var ours = Wrk.Script(scratch, "ours-json", json, bearer, "Content-Type: application/json");
        var (theirs, theirBinary) = (Wrk.Script(scratch, "node-json", json, "Content-Type: application/json"), Wrk.Script(scratch, "node-binary", raw, "Content-Type: application/octet-stream"));
        var infer = $"http://127.0.0.1:{server.Port}/v2/models/{name}/infer";
        await Wrk.PerSecondAsync(infer, ours, 8, 3);
        await Wrk.PerSecondAsync($"http://127.0.0.1:{nodePort}/json", theirs, 8, 2);
        Console.WriteLine("throughput, requests/s by wrk, 3 s each, in turn");
        foreach (var clients in new[] { 1, 8, 32, 64 })
        {
            foreach (var (form, our, their, path) in new[] { ("JSON", ours, theirs, "json"), ("binary", binary, theirBinary, "binary") })
            {
                var (we, they) = (await Wrk.PerSecondAsync(infer, our, clients, 3), await Wrk.PerSecondAsync($"http://127.0.0.1:{nodePort}/{path}", their, clients, 3));
                Console.WriteLine($"  {clients,2} clients, {form,-6} {we,8:N0}   onnxruntime-node {they,8:N0}   {we / they:F2} times");
            }
        }
    }
    finally
    {
        node.Kill();
        await node.WaitForExitAsync();
    }
}

// The aims: at least 1.5 times at 32 clients where the model profits, never worse than 0.95 at 1 client, equal within 1e-5 of the peak.
async Task BatchingAsync()
{
    await using var auto = await ApiProcess.StartAsync(app, database, "Inference__Batching=auto");
    await using var off = await ApiProcess.StartAsync(app, database, "Inference__Batching=off");
    Console.WriteLine("batching, requests/s by wrk, 3 s each, in turn, binary tensors");
    foreach (var (kind, spec) in new[] { ("small", BenchModel.Small), ("wide", BenchModel.Wide) })
    {
        var name = await models.PublishAsync($"batch-{kind}", spec, kind == "small" ? small : BenchModel.Onnx(spec));
        var script = Wrk.Script(scratch, "batching", raw, $"Authorization: Bearer {key}", "Inference-Header-Content-Length: 0");
        var (first, second) = ($"http://127.0.0.1:{auto.Port}/v2/models/{name}/infer", $"http://127.0.0.1:{off.Port}/v2/models/{name}/infer");
        await Wrk.PerSecondAsync(first, script, 32, 3);
        await Wrk.PerSecondAsync(second, script, 32, 1);
        foreach (var clients in new[] { 1, 32 })
        {
            var (with, without) = (new List<double>(), new List<double>());
            for (var round = 0; round < 3; round++)
            {
                with.Add(await Wrk.PerSecondAsync(first, script, clients, 3));
                without.Add(await Wrk.PerSecondAsync(second, script, clients, 3));
            }

            Console.WriteLine($"  {kind,-5} {clients,2} clients   auto {with.Average(),8:N0}   off {without.Average(),8:N0}   {with.Average() / without.Average():F2} times");
        }

        Console.WriteLine($"  {kind,-5} largest difference between answers of 32 clients and of one: {await DifferenceAsync(auto.Port, name):E1} of the peak");
    }
}

// The aims: no more threads, and memory within 2 % after 1,000 loads and unloads.
async Task ManyModelsAsync()
{
    const int Models = 200, Loads = 1000;
    var names = new List<string>();
    for (var i = 0; i < Models; i++)
        names.Add(await models.PublishAsync($"many-{i}", BenchModel.Small, BenchModel.Onnx(BenchModel.Small)));
    await using var server = await ApiProcess.StartAsync(app, database, $"Inference__CacheBytes={small.Length * 20}", "DOTNET_gcServer=0");
    using var http = new RawHttp(server.Port);
    async Task LoadAllAsync(int loads)
    {
        for (var i = 0; i < loads; i++)
            Require(http.Send(RawHttp.Post($"/v2/models/{names[i % Models]}/infer", key, raw, "Inference-Header-Content-Length: 0\r\n")).Status == 200);
        await Task.Delay(1000);
    }

    await LoadAllAsync(Loads);                                              // the first thousand warms the server itself: code, heaps, the pool's threads
    var (memory, threads) = (server.Status("VmRSS"), server.Status("Threads"));
    for (var thousand = 1; thousand <= 3; thousand++)
    {
        var watch = Stopwatch.StartNew();
        await LoadAllAsync(Loads);
        var (after, threadsAfter) = (server.Status("VmRSS"), server.Status("Threads"));
        Console.WriteLine($"{Models} models in a budget of 20, {thousand * Loads:N0} loads and unloads, {(watch.Elapsed.TotalMilliseconds - 1000) / Loads:F2} ms each: resident {memory / 1024.0:F0} -> {after / 1024.0:F0} MB ({100.0 * (after - memory) / memory:+0.0;-0.0} %), threads {threads} -> {threadsAfter}");
    }
}

// The aim: 10 switches at 500 requests/s, 0 failed requests.
async Task ReplaceAsync()
{
    var name = await models.PublishAsync("replace", BenchModel.Small, small);
    await models.PublishAsync("replace", BenchModel.Small, BenchModel.Onnx(BenchModel.Small));
    await using var server = await ApiProcess.StartAsync(app, database);
    using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{server.Port}"), DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
    var (failed, sent, done) = (0, 0, false);
    var load = Task.Run(async () =>
    {
        List<Task> open = [];
        for (var clock = Stopwatch.StartNew(); !Volatile.Read(ref done); sent++)
        {
            var early = TimeSpan.FromMilliseconds(2 * sent) - clock.Elapsed;
            if (early > TimeSpan.Zero)
                await Task.Delay(early);
            open.Add(OneAsync());
        }

        await Task.WhenAll(open);
    });
    for (var i = 0; i < 10; i++)
    {
        (await http.PutAsJsonAsync($"/v1/models/{name}/aliases/production", new { version = i % 2 == 0 ? "2" : "1" })).EnsureSuccessStatusCode();
        await Task.Delay(1000);
    }

    Volatile.Write(ref done, true);
    await load;
    Console.WriteLine($"10 switches of the version under {sent / 10.0:N0} requests/s: {failed} of {sent:N0} requests failed");

    async Task OneAsync()
    {
        using var body = new ByteArrayContent(raw) { Headers = { { "Inference-Header-Content-Length", "0" } } };
        using var answer = await http.PostAsync($"/v2/models/{name}/infer", body);
        if (!answer.IsSuccessStatusCode)
            Interlocked.Increment(ref failed);
    }
}

// Each client its own picture; the same pictures one by one, and all at once until they must have met in batches.
async Task<double> DifferenceAsync(int port, string name)
{
    using var http = new HttpClient { BaseAddress = new($"http://127.0.0.1:{port}"), DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
    async Task<float[]> AskAsync(int client)
    {
        using var body = new ByteArrayContent(MemoryMarshal.AsBytes(Array.ConvertAll(pixels, pixel => pixel * client / 32).AsSpan()).ToArray()) { Headers = { { "Inference-Header-Content-Length", "0" } } };
        using var answer = await http.PostAsync($"/v2/models/{name}/infer", body);
        var bytes = await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync();
        return MemoryMarshal.Cast<byte, float>(bytes.AsSpan(^40..)).ToArray();
    }

    List<float[]> alone = [];
    for (var client = 0; client < 32; client++)
        alone.Add(await AskAsync(client));
    var (peak, difference) = (alone.SelectMany(scores => scores).Max(Math.Abs), 0f);
    for (var round = 0; round < 20; round++)
    {
        var together = await Task.WhenAll(Enumerable.Range(0, 32).Select(AskAsync));
        difference = Math.Max(difference, together.Zip(alone, (a, b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Max()).Max());
    }

    return difference / peak;
}

static void Repeat(Action run, int times, List<double> microseconds)
{
    for (var i = 0; i < times; i++)
    {
        var began = Stopwatch.GetTimestamp();
        run();
        microseconds.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
    }
}

async Task RunAsync(string program, string[] words)
{
    using var process = Process.Start(new ProcessStartInfo(program, words) { WorkingDirectory = scratch })!;
    await process.WaitForExitAsync();
    Require(process.ExitCode == 0);
}

static async Task UntilListeningAsync(int port)
{
    for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(100))
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync("127.0.0.1", port);
            return;
        }
        catch (SocketException)
        {
            // Not yet.
        }
    }

    throw new TimeoutException($"Nothing listens on port {port} after 30 s.");
}

static void Require(bool holds)
{
    if (!holds)
        throw new InvalidOperationException("A call failed.");
}

static string Variable(string name) => Environment.GetEnvironmentVariable(name) ?? throw new InvalidOperationException($"{name} is not set; ./concat bench inference sets it.");
