// What an Api costs beside an earlier commit's: --before FOLDER with the other Api.dll, published; --rounds N (5000), --spare N (10000).

#:property PublishAot=false
#:project serving/Serving.csproj

using System.Diagnostics;
using System.Globalization;
using System.Text;
using ConcatService.Serving;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const double Most = 1.05;                                                       // the aim
const string Spec = """
    { "inputs": { "image": { "shape": [1, 28, 28] } },
      "layers": [
        { "name": "stem", "type": "conv2d", "out_channels": 32, "kernel_size": 3, "padding": "same", "activation": "relu" },
        { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 64, "kernel_size": 3, "padding": "same" },
        { "name": "coarse", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 3, "stride": 1, "padding": 1 },
        { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
        { "name": "pool", "type": "global_avg_pool" }, { "name": "logits", "type": "linear", "out_features": 10 } ] }
    """;
if (Array.IndexOf(args, "--before") is not (>= 0 and var given))
{
    Console.WriteLine(
        "Publish the Api of the earlier commit (git worktree add FOLDER COMMIT; dotnet publish src/Api -c Release -o OUT) and say where it "
            + "is: --before OUT. Its tables must be among this instance's."
    );
    return 2;
}

var (rounds, spare) = (Option("--rounds", 5000), Option("--spare", 10_000));
var (database, key) = (Variable("ConnectionStrings__Postgres"), Variable("CONCAT_KEY"));
await using var models = new BenchModel(database);
var name = await models.PublishAsync("overhead", BenchModel.Small, BenchModel.Onnx(BenchModel.Small));
await using var before = await StartAsync(args[given + 1]);
await using var now = await StartAsync(Path.Combine(Variable("CONCAT_APP"), "api"));
var numbers = string.Join(',', Enumerable.Range(0, 1024).Select(i => (i / 1024.0).ToString("F3", CultureInfo.InvariantCulture)));
(string What, byte[] Request)[] calls =
[
    ("validation of six layers", Post("/v1/architectures/validate", Spec)),
    (
        "inference, 1,024 numbers as JSON",
        Post(
            $"/v2/models/{name}/infer",
            $$"""{ "inputs": [{ "name": "image", "shape": [1, 1, 32, 32], "datatype": "FP32", "data": [{{numbers}}] }] }"""
        )
    ),
];
Console.WriteLine($"{Environment.ProcessorCount} cores; one connection to each, in turn, {rounds} calls of each after {spare}; medians");
var isMet = true;
foreach (var (what, request) in calls)
{
    using var first = new RawHttp(before.Port);
    using var second = new RawHttp(now.Port);
    var (earlier, later) = (new List<double>(), new List<double>());
    var (usedBefore, usedNow) = (TimeSpan.Zero, TimeSpan.Zero);
    for (var round = -spare; round < rounds; round++)
    {
        if (round == 0)
            (usedBefore, usedNow) = (before.ProcessorTime, now.ProcessorTime);
        // Who comes first in a round takes turns, too.
        var (a, b) = round % 2 == 0 ? (Time(first, request), Time(second, request)) : Swapped(Time(second, request), Time(first, request));
        if (round < 0)
            continue;
        earlier.Add(a);
        later.Add(b);
    }

    var ratio = Figures.Percentile(later, 50) / Figures.Percentile(earlier, 50);
    Console.WriteLine(
        $"{what,-34} before {Figures.Percentile(earlier, 50),7:F1} µs  now {Figures.Percentile(later, 50),7:F1} µs  ratio {ratio:F3}"
    );
    Console.WriteLine(
        $"  time of processors a call, which other programs do not change: before {Used(before, usedBefore):F1} µs, now "
            + $"{Used(now, usedNow):F1} µs, ratio {Used(now, usedNow) / Used(before, usedBefore):F3}"
    );
    isMet &= ratio <= Most;
}

Console.WriteLine(isMet ? $"Within {Most:F2} times." : $"More than {Most:F2} times.");
return isMet ? 0 : 1;

Task<ApiProcess> StartAsync(string folder) =>
    ApiProcess.StartAsync(folder, database, $"DOTNET_GCgen0size={Environment.GetEnvironmentVariable("DOTNET_GCgen0size")}");

byte[] Post(string path, string body) =>
    RawHttp.Post(path, key, Encoding.UTF8.GetBytes(body), "Content-Type: application/json\r\n");

double Used(ApiProcess server, TimeSpan since) => (server.ProcessorTime - since).TotalMicroseconds / rounds;

static (double, double) Swapped(double a, double b) => (b, a);

static double Time(RawHttp http, byte[] request)
{
    var began = Stopwatch.GetTimestamp();
    var (status, _) = http.Send(request);
    return status == 200
        ? Stopwatch.GetElapsedTime(began).TotalMicroseconds
        : throw new InvalidOperationException($"The answer is {status}, not 200.");
}

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set; ./concat bench overhead sets it.");
