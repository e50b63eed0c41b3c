// Time from JSON bytes to report: a flat DenseNet-201 in process and beside PyTorch, broken ones with their fixes, linearity to 20,000
// layers, and requests per second over HTTP.

// The service compiles its expression trees; an app that is to be published ahead of time would interpret them.
#:property PublishAot=false
#:project ../src/Domain/Domain.csproj

using System.Buffers;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.Planning;

Console.WriteLine($"{Environment.ProcessorCount} cores, .NET {Environment.Version}, warm, one thread in process");
var median = InProcess("DenseNet-201, flat, 706 layers", Networks.DenseNet201(), parameters: 20_013_928);
await BesidePyTorchAsync(median);
var parse = ParseAlone(Networks.DenseNet201());
Console.WriteLine($"JsonDocument.Parse of the same bytes: p50 {parse:F3} ms; the report takes {median / parse:F1} times that (at most 5)");
Broken(Networks.BrokenDenseNet201(), parse);
Console.WriteLine();
foreach (var layers in new[] { 100, 300, 1_000, 3_000, 10_000, 20_000 })
{
    var p50 = InProcess($"a chain of {layers:N0} layers", Networks.Chain(layers));
    Console.WriteLine($"  {p50 / layers * 1000:F2} µs a layer");
}

Console.WriteLine();
if (Environment.GetEnvironmentVariable("CONCAT_URL") is { } url)
    await OverHttpAsync(new(url), Networks.GoogLeNet());
else
    Console.WriteLine("CONCAT_URL is not set, so nothing was measured over HTTP; ./concat bench validate sets it.");

// The aims: p50 0.9 ms and p99 3 ms for DenseNet-201.
static double InProcess(string what, byte[] spec, long? parameters = null)
{
    var compiled = Compiler.Compile(spec);
    var counted = compiled.Plan is { } plan
        ? Totals.Of(plan).Parameters
        : throw new InvalidOperationException($"{what} is {compiled.Verdict}: {compiled.Report.Diagnostics[0].Message}");
    if (parameters is { } published && counted != published)
        throw new InvalidOperationException($"{what} has {counted:N0} parameters; published are {published:N0}.");

    Repeat(TimeSpan.FromSeconds(2), spec);                                                       // until the JIT has optimized what is hot
    var collections = GC.CollectionCount(0);
    var allocated = GC.GetAllocatedBytesForCurrentThread();
    var times = Repeat(TimeSpan.FromSeconds(3), spec);
    allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
    Console.WriteLine(
        $"{what,-32} {spec.Length / 1e3,7:F1} KB  p50 {Percentile(times, 50),7:F3} ms  p99 {Percentile(times, 99),7:F3} ms  "
            + $"{allocated / 1e6 / times.Count,6:F2} MB allocated, {times.Count:N0} runs, {GC.CollectionCount(0) - collections} "
            + $"collections"
    );
    return Percentile(times, 50);
}

static double ParseAlone(byte[] spec)
{
    var times = new List<double>(100_000);
    for (var whole = Stopwatch.StartNew(); whole.Elapsed < TimeSpan.FromSeconds(3);)
    {
        var one = Stopwatch.GetTimestamp();
        using var document = JsonDocument.Parse(spec);
        times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
    }

    return Percentile(times, 50);
}

// The aim: the diagnosis with its ranked fixes at most 20 times as long as parsing, and 80 times at the 99th percentile.
static void Broken(IReadOnlyList<byte[]> specs, double parse)
{
    var (medians, all) = (new List<double>(), new List<double>());
    var (pause, collections) = (GC.GetTotalPauseDuration(), GC.CollectionCount(2));
    var allocated = 0L;
    foreach (var spec in specs)
    {
        if (Compiler.Compile(spec).Report.Diagnostics is not [{ Cause: not null, Fixes.Count: > 0 }, ..])
            throw new InvalidOperationException("A broken DenseNet-201 has no fix.");
        Repeat(TimeSpan.FromSeconds(0.2), spec);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var times = Repeat(TimeSpan.FromSeconds(0.2), spec);
        allocated += (GC.GetAllocatedBytesForCurrentThread() - before) / times.Count;
        medians.Add(Percentile(times, 50));
        all.AddRange(times);
    }

    Console.WriteLine(
        $"DenseNet-201 with one fault, diagnosed with ranked fixes: {specs.Count} faults, medians from {medians.Min():F1} to "
            + $"{medians.Max():F1} ms, p50 of all {Percentile(medians, 50):F1} ms  {allocated / 1e6 / specs.Count:F1} MB allocated"
    );
    Console.WriteLine(
        $"  {Percentile(all, 50) / parse:F1} times parsing at the median (aim 20), {Percentile(all, 99) / parse:F1} times at the 99th "
            + $"percentile (aim 80); largest pause of the collector {LargestPause():F1} ms, {GC.CollectionCount(2) - collections} full "
            + $"collections, {(GC.GetTotalPauseDuration() - pause).TotalMilliseconds:F0} ms of pauses in all"
    );
    static double LargestPause() =>
        Enum.GetValues<GCKind>().SelectMany(kind => GC.GetGCMemoryInfo(kind).PauseDurations.ToArray()).Max().TotalMilliseconds;

}

static List<double> Repeat(TimeSpan atLeast, byte[] spec)
{
    var times = new List<double>(100_000);
    var report = new ArrayBufferWriter<byte>(1 << 20);                                           // used again, as an HTTP response's is
    for (var whole = Stopwatch.StartNew(); whole.Elapsed < atLeast || times.Count < 20;)
    {
        var one = Stopwatch.GetTimestamp();
        report.ResetWrittenCount();
        ReportWriter.Write(report, Compiler.Compile(spec));
        times.Add(Stopwatch.GetElapsedTime(one).TotalMilliseconds);
    }

    return times;
}

static async Task BesidePyTorchAsync(double ours)
{
    // Debian's package is for the system's Python, which need not be the first on the path.
    var printed = await PrintedAsync("python3") ?? await PrintedAsync("/usr/bin/python3");
    if (printed is null)
    {
        Console.WriteLine("PyTorch is not there to compare with: apt install python3-torch (Debian), or pip install torch.");
        return;
    }

    // "1.13.1 36.2 61.5": the version, the modules alone, the modules and one pass over shapes.
    var words = printed.Split();
    foreach (var (what, word) in new[] { ("its modules on the meta device", words[1]), ("and one forward pass for shapes", words[2]) })
        Console.WriteLine($"PyTorch {words[0]}, {what}: p50 {double.Parse(word):F1} ms, {double.Parse(word) / ours:F0} times ours");
}

static async Task<string?> PrintedAsync(string python)
{
    try
    {
        using var process = Process.Start(
            new ProcessStartInfo(python, ["bench/validate_torch.py"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment = { ["OMP_WAIT_POLICY"] = "PASSIVE" },
            }
        )!;
        var printed = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? printed : null;
    }
    catch (System.ComponentModel.Win32Exception)                                                 // there is no such program
    {
        return null;
    }
}

// The aims: at least 1,000 requests/s with the load generator on the same two cores; p99 10 ms at 100/s.
static async Task OverHttpAsync(Uri url, byte[] spec)
{
    using var http = new HttpClient { BaseAddress = url };
    http.DefaultRequestHeaders.Authorization = new("Bearer", Environment.GetEnvironmentVariable("CONCAT_KEY"));
    await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => BackToBackAsync(TimeSpan.FromSeconds(5), [])));
    foreach (var connections in new[] { 1, 4, 16 })
    {
        ConcurrentBag<double> times = [];
        var whole = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => BackToBackAsync(TimeSpan.FromSeconds(5), times)));
        Console.WriteLine(
            $"GoogLeNet, {spec.Length / 1e3:F1} KB, {connections,2} connections back to back  "
                + $"{times.Count / whole.Elapsed.TotalSeconds,7:N0} requests/s  p50 {Percentile(times, 50):F2} ms  p99 "
                + $"{Percentile(times, 99):F2} ms"
        );
    }

    // A request leaves when its time has come, also when others are still out: slow answers do not thin the load.
    ConcurrentBag<double> paced = [];
    List<Task> open = [];
    for (var (clock, sent) = (Stopwatch.StartNew(), 0); sent < 1000; sent++)
    {
        var early = TimeSpan.FromMilliseconds(10 * sent) - clock.Elapsed;
        if (early > TimeSpan.Zero)
            await Task.Delay(early);
        open.Add(OneAsync(paced));
    }

    await Task.WhenAll(open);
    Console.WriteLine($"GoogLeNet, 100 requests/s for 10 s  p50 {Percentile(paced, 50):F2} ms  p99 {Percentile(paced, 99):F2} ms");

    async Task BackToBackAsync(TimeSpan duration, ConcurrentBag<double> times)
    {
        for (var whole = Stopwatch.StartNew(); whole.Elapsed < duration;)
            await OneAsync(times);
    }

    async Task OneAsync(ConcurrentBag<double> times)
    {
        var began = Stopwatch.GetTimestamp();
        using var answer = await http.PostAsync(
            "/v1/architectures/validate",
            new ByteArrayContent(spec) { Headers = { ContentType = new("application/json") } }
        );
        answer.EnsureSuccessStatusCode();
        await answer.Content.ReadAsByteArrayAsync();
        times.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
    }
}

// The nearest rank: the smallest value that at least this share of all values does not exceed.
static double Percentile(IReadOnlyCollection<double> values, double percent) =>
    values.Order().ElementAt((int)Math.Ceiling(values.Count * percent / 100) - 1);

/// <summary>Networks as a program would send them: every layer named and wired, nothing left to shorthand.</summary>
internal static class Networks
{
    /// <summary>Huang et al. 2017, every layer on its own. Each dense layer's concat joins what came before with what is new.</summary>
    public static byte[] DenseNet201()
    {
        var net = new FlatSpec("image");
        net.Conv("conv0", 64, 7, stride: 2, padding: 3).Norm("norm0").Relu("relu0");
        net.Add("pool0", "max_pool2d", ", \"kernel_size\": 3, \"stride\": 2, \"padding\": 1");
        long channels = 64;
        foreach (var (block, size) in new[] { 6, 12, 48, 32 }.Index())
        {
            for (var i = 1; i <= size; i++)
            {
                var (before, layer) = (net.Last, $"denseblock{block + 1}.layer{i}");
                net.Norm($"{layer}.norm1").Relu($"{layer}.relu1").Conv($"{layer}.conv1", 128, 1);
                net.Norm($"{layer}.norm2").Relu($"{layer}.relu2").Conv($"{layer}.conv2", 32, 3, padding: 1);
                net.Add($"{layer}.concat", "concat", "", before, net.Last);
                channels += 32;
            }

            if (block == 3)
                break;
            var transition = $"transition{block + 1}";
            net.Norm($"{transition}.norm").Relu($"{transition}.relu").Conv($"{transition}.conv", channels /= 2, 1);
            net.Add($"{transition}.pool", "avg_pool2d", ", \"kernel_size\": 2, \"stride\": 2");
        }

        net.Norm("norm5").Relu("relu5").Add("pool", "global_avg_pool").Add("classifier", "linear", ", \"out_features\": 1000");
        return net.ToUtf8();
    }

    /// <summary>The same with one fault each: five kinds at four depths.</summary>
    public static IReadOnlyList<byte[]> BrokenDenseNet201()
    {
        var layers = Encoding.UTF8.GetString(DenseNet201()).Split('\n');
        var broken = new List<byte[]>();
        foreach (var (block, layer) in new[] { (1, 2), (2, 6), (3, 24), (4, 30) })
        {
            var at = $"denseblock{block}.layer{layer}";
            Break($"{at}.conv2", "\"bias\"", "\"stride\": 2, \"bias\"");
            Break($"{at}.conv2", ", \"padding\": 1", "");
            Break($"{at}.conv2", "\"kernel_size\": 3", "\"kernel_size\": 5");
            Break($"{at}.concat", "\"inputs\"", "\"axis\": \"height\", \"inputs\"");
            Break($"{at}.concat", $"denseblock{block}.layer{layer - 1}.concat", "relu0");
        }

        return broken;

        void Break(string name, string right, string wrong) =>
            broken.Add(
                Encoding.UTF8.GetBytes(
                    string.Join('\n', layers.Select(line => line.Contains($"\"name\": \"{name}\"") ? line.Replace(right, wrong) : line))
                )
            );
    }

    /// <summary>Convolution, norm and activation in turn, as many layers as asked for.</summary>
    public static byte[] Chain(int layers)
    {
        var net = new FlatSpec("image");
        for (var i = 0; i < layers; i++)
            _ = (i % 3) switch { 0 => net.Conv($"conv{i}", 64, 3, padding: 1), 1 => net.Norm($"norm{i}"), _ => net.Relu($"relu{i}") };
        return net.ToUtf8();
    }

    /// <summary>Szegedy et al. 2015 with batch norm and without auxiliary heads, as torchvision has it: 6,624,904 parameters.</summary>
    public static byte[] GoogLeNet()
    {
        var net = new FlatSpec("image");
        net.Unit("conv1", 64, 7, stride: 2, padding: 3)
            .Pool("maxpool1", 3, 2, 0)
            .Unit("conv2", 64, 1)
            .Unit("conv3", 192, 3, padding: 1)
            .Pool("maxpool2", 3, 2, 0);
        (string Name, long[] Widths)[] inceptions =
        [
            ("3a", [64, 96, 128, 16, 32, 32]),
            ("3b", [128, 128, 192, 32, 96, 64]),
            ("4a", [192, 96, 208, 16, 48, 64]),
            ("4b", [160, 112, 224, 24, 64, 64]),
            ("4c", [128, 128, 256, 24, 64, 64]),
            ("4d", [112, 144, 288, 32, 64, 64]),
            ("4e", [256, 160, 320, 32, 128, 128]),
            ("5a", [256, 160, 320, 32, 128, 128]),
            ("5b", [384, 192, 384, 48, 128, 128]),
        ];
        foreach (var (name, widths) in inceptions)
        {
            var before = net.Last;
            string[] branches =
            [
                net.Unit($"{name}.b1", widths[0], 1).Last,
                net.From(before).Unit($"{name}.b2.0", widths[1], 1).Unit($"{name}.b2.1", widths[2], 3, padding: 1).Last,
                net.From(before).Unit($"{name}.b3.0", widths[3], 1).Unit($"{name}.b3.1", widths[4], 3, padding: 1).Last,
                net.From(before).Pool($"{name}.b4.0", 3, 1, 1).Unit($"{name}.b4.1", widths[5], 1).Last,
            ];
            net.Add($"{name}.concat", "concat", "", branches);
            if (name is "3b" or "4e")
                net.Pool($"maxpool{name}", name == "3b" ? 3 : 2, 2, 0);
        }

        net.Add("pool", "global_avg_pool").Add("dropout", "dropout", ", \"p\": 0.2").Add("fc", "linear", ", \"out_features\": 1000");
        return net.ToUtf8();
    }
}

/// <summary>Writes layers one after another; each is fed by the last unless it says otherwise.</summary>
internal sealed class FlatSpec(string input)
{
    private readonly List<string> _layers = [];
    private string? _last;

    public string Last => _last ?? input;

    public FlatSpec From(string layer)
    {
        _last = layer;
        return this;
    }

    public FlatSpec Add(string name, string type, string attributes = "", params string[] inputs)
    {
        var wired = string.Join(", ", (inputs.Length > 0 ? inputs : [Last]).Select(each => $"\"{each}\""));
        _layers.Add($"{{ \"name\": \"{name}\", \"type\": \"{type}\", \"inputs\": [{wired}]{attributes} }}");
        return From(name);
    }

    public FlatSpec Conv(string name, long channels, int kernel, int stride = 1, int padding = 0) =>
        Add(
            name,
            "conv2d",
            $", \"out_channels\": {channels}, \"kernel_size\": "
                + $"{kernel}{(stride == 1 ? "" : $", \"stride\": {stride}")}{(padding == 0 ? "" : $", \"padding\": {padding}")}, "
                + $"\"bias\": false"
        );

    public FlatSpec Norm(string name) => Add(name, "batch_norm");

    public FlatSpec Relu(string name) => Add(name, "relu");

    public FlatSpec Pool(string name, int kernel, int stride, int padding) =>
        Add(name, "max_pool2d", $", \"kernel_size\": {kernel}, \"stride\": {stride}, \"padding\": {padding}, \"ceil_mode\": true");

    public FlatSpec Unit(string name, long channels, int kernel, int stride = 1, int padding = 0) =>
        Conv($"{name}.conv", channels, kernel, stride, padding).Norm($"{name}.norm").Relu($"{name}.relu");

    public byte[] ToUtf8() =>
        Encoding.UTF8.GetBytes(
            $"{{ \"inputs\": {{ \"{input}\": {{ \"shape\": [3, 224, 224] }} }},\n\"layers\": [\n{string.Join(",\n", _layers)}\n] }}"
        );
}
