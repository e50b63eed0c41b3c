// Memory of the Api and its health under hostile requests in parallel: --parallel N (64), --seconds N (10) for each kind, --kind NAME.

#:property PublishAot=false
#:project serving/Serving.csproj

using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using ConcatService.Serving;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const int MaxBytes = 1_000_000_000, MaxHealthMilliseconds = 50;                 // the aim
var (parallel, seconds) = (Option("--parallel", 64), Option("--seconds", 10));
var database = Variable("ConnectionStrings__Postgres");
var key = Variable("CONCAT_KEY");
await using var models = new BenchModel(database);
var name = await models.PublishAsync("hostile", BenchModel.Small, BenchModel.Onnx(BenchModel.Small));
await using var server = await ApiProcess.StartAsync(
    Path.Combine(Variable("CONCAT_APP"), "api"),
    database,
    // as the script and the image start it
    $"DOTNET_GCgen0size={Environment.GetEnvironmentVariable("DOTNET_GCgen0size")}",
    "MALLOC_ARENA_MAX=4",
    "MALLOC_MMAP_THRESHOLD_=1048576"
);

var blanks = Infer(Gzip(output => Fill(output, ' ', 64 << 20)), "Content-Encoding: gzip\r\n");
var numbers = Infer(Gzip(Numbers), "Content-Encoding: gzip\r\n");
var picture = RawHttp.Post($"/v1/models/{name}/predict", key, Picture(4000, 4000), "Content-Type: image/png\r\n");
var deep = Spec("""{ "type": "repeat", "times": 19000, "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_size": 1 } ] }""");
var large = Spec(string.Join(',', Enumerable.Repeat("""{"type":"conv2d","out_channels":7,"kernel_size":3,"groups":2}""", 19_000)));
(string Kind, byte[][] Requests)[] kinds =
[
    ("nothing", []),
    ("64 MiB of blanks", [blanks]),
    ("60 MB of numbers", [numbers]),
    ("16 MP pictures", [picture]),
    ("19,000 layers", [deep]),
    ("19,000 faults", [large]),
    ("all together", [blanks, numbers, picture, deep, large]),
];

Console.WriteLine($"{Environment.ProcessorCount} cores; {parallel} connections, {seconds} s for each kind; memory is resident, in MB");
Console.WriteLine($"{"kind",-18} {"before",6} {"most",6} {"after",6} {"health p50",10} {"p99",6} {"most",6} ms  answers");
var isMet = true;
foreach (var (kind, requests) in kinds.Where(each => !args.Contains("--kind") || args.Contains(each.Kind)))
{
    var before = Resident();
    var (answers, health, most) = Attack(requests);
    var p99 = Figures.Percentile(health, 99);
    Console.WriteLine(
        $"{kind,-18} {before / 1e6,6:F0} {most / 1e6,6:F0} {Resident() / 1e6,6:F0} {Figures.Percentile(health, 50),10:F1} {p99,6:F1} "
            + $"{health.Max(),6:F1}     {string.Join(", ", answers.Select(answer => $"{answer.Count} x {answer.Status}"))}"
    );
    isMet &= most < MaxBytes && p99 < MaxHealthMilliseconds;
}

Console.WriteLine(isMet ? "Under 1 GB, and health under 50 ms in 99 of 100." : "Over 1 GB, or health over 50 ms.");
return isMet ? 0 : 1;

(List<(int Status, int Count)> Answers, List<double> Health, long Most) Attack(byte[][] requests)
{
    var (end, most) = (Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency), 0L);
    var statuses = new List<int>();
    var attackers = Enumerable
        .Range(0, parallel)
        .Select(index => Run(() =>
        {
            for (var sent = index; Stopwatch.GetTimestamp() < end; sent++)
            {
                if (requests.Length == 0)
                    break;
                var status = Send(requests[sent % requests.Length]);
                lock (statuses)
                    statuses.Add(status);
            }
        }))
        .ToList();
    List<double> health = [];
    using (var watcher = new RawHttp(server.Port))
    {
        var alive = "GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray();
        while (Stopwatch.GetTimestamp() < end || attackers.Exists(each => each.IsAlive))
        {
            var began = Stopwatch.GetTimestamp();
            if (watcher.Send(alive).Status != 200)
                throw new InvalidOperationException("The service is not alive.");
            health.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
            most = Math.Max(most, Resident());
            Thread.Sleep(10);
        }
    }

    attackers.ForEach(each => each.Join());
    return ([.. statuses.GroupBy(status => status).OrderBy(group => group.Key).Select(group => (group.Key, group.Count()))], health, most);
}

// The status; 0 where the connection was closed, as after a body that is refused before it was read.
int Send(byte[] request)
{
    try
    {
        using var http = new RawHttp(server.Port);
        return http.Send(request).Status;
    }
    catch (Exception closed) when (closed is IOException or SocketException)
    {
        return 0;
    }
}

static Thread Run(Action action)
{
    var thread = new Thread(() => action());
    thread.Start();
    return thread;
}

long Resident() => server.Status("VmRSS") * 1024;

byte[] Infer(byte[] body, string headers) => RawHttp.Post($"/v2/models/{name}/infer", key, body, headers);

byte[] Spec(string layers) =>
    RawHttp.Post(
        "/v1/architectures/validate",
        key,
        Encoding.UTF8.GetBytes($$"""{ "inputs": { "image": { "shape": [8, 32, 32] } }, "layers": [ {{layers}} ] }"""),
        "Content-Type: application/json\r\n"
    );

static byte[] Gzip(Action<Stream> write)
{
    var packed = new MemoryStream();
    using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        write(gzip);
    return packed.ToArray();
}

static void Fill(Stream output, char letter, int count)
{
    var letters = new byte[1 << 16];
    letters.AsSpan().Fill((byte)letter);
    for (; count > 0; count -= letters.Length)
        output.Write(letters, 0, Math.Min(count, letters.Length));
}

// A lawful request of 14,000 pictures.
static void Numbers(Stream output)
{
    const int Samples = 14_000;
    output.Write(Encoding.ASCII.GetBytes(
        $$"""{"inputs":[{"name":"image","shape":[{{Samples}},1,32,32],"datatype":"FP32","data":[0"""
    ));
    var pair = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat(",0", 1024)));
    for (var sample = 0; sample < Samples; sample++)
        output.Write(pair.AsSpan(sample == 0 ? 2 : 0));
    output.Write("]}]}"u8);
}

// RGB and all black: some 50 KB (https://www.w3.org/TR/png-3/).
static byte[] Picture(int width, int height)
{
    var file = new MemoryStream();
    file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
    Chunk("IHDR", [.. BitConverter.GetBytes(width).Reverse(), .. BitConverter.GetBytes(height).Reverse(), 8, 2, 0, 0, 0]);
    var rows = new MemoryStream();
    using (var zlib = new ZLibStream(rows, CompressionLevel.SmallestSize, leaveOpen: true))
        Fill(zlib, '\0', height * (1 + (3 * width)));
    Chunk("IDAT", rows.ToArray());
    Chunk("IEND", []);
    return file.ToArray();

    void Chunk(string type, byte[] data)
    {
        file.Write([.. BitConverter.GetBytes(data.Length).Reverse(), .. Encoding.ASCII.GetBytes(type), .. data, 0, 0, 0, 0]);
    }
}

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set; ./concat bench hostile sets it.");
