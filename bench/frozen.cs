// A frozen PostgreSQL: answers of loaded models, validation and health meanwhile, and how soon all is well again: --seconds N (90).

#:property PublishAot=false
#:project serving/Serving.csproj

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using ConcatService.Serving;
using Npgsql;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Spec = """{ "inputs": { "x": { "shape": [4] } }, "layers": [ { "type": "linear", "out_features": 2 } ] }""";
var seconds = Array.IndexOf(args, "--seconds") is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 90;
var (database, key) = (Variable("ConnectionStrings__Postgres"), Variable("CONCAT_KEY"));
await using var models = new BenchModel(database);
var name = await models.PublishAsync("frozen", BenchModel.Small, BenchModel.Onnx(BenchModel.Small));
await using var server = await ApiProcess.StartAsync(Path.Combine(Variable("CONCAT_APP"), "api"), database);
var postmaster = Postmaster();

(string Name, byte[] Request)[] calls =
[
    ("infer", RawHttp.Post($"/v2/models/{name}/infer", key, new byte[4096], "Inference-Header-Content-Length: 0\r\n")),
    ("validate", RawHttp.Post("/v1/architectures/validate", key, Encoding.UTF8.GetBytes(Spec), "Content-Type: application/json\r\n")),
    ("live", Get("/health/live", null)),
    ("ready", Get("/health/ready", null)),
    ("jobs", Get("/v1/jobs", key)),
];
foreach (var (call, request) in calls)
{
    if (Send(request) is var status && status != 200)
        throw new InvalidOperationException($"{call} is {status} before anything is frozen.");
}

var answers = new ConcurrentBag<(string Call, int Status, double Milliseconds)>();
Signal("STOP");
try
{
    var until = Stopwatch.GetTimestamp() + (seconds * Stopwatch.Frequency);
    var callers = calls
        .Select(call =>
        {
            var thread = new Thread(() =>
            {
                for (; Stopwatch.GetTimestamp() < until; Thread.Sleep(20))
                {
                    var began = Stopwatch.GetTimestamp();
                    var status = Send(call.Request);
                    answers.Add((call.Name, status, Stopwatch.GetElapsedTime(began).TotalMilliseconds));
                }
            });
            thread.Start();
            return thread;
        })
        .ToList();
    callers.ForEach(caller => caller.Join());
}
finally
{
    Signal("CONT");
}

var thawed = Stopwatch.StartNew();
while (Send(calls[3].Request) != 200 || Send(calls[4].Request) != 200)
    Thread.Sleep(20);
var again = thawed.Elapsed.TotalSeconds;
Console.WriteLine($"{Environment.ProcessorCount} cores; PostgreSQL frozen for {seconds} s, well again {again:F1} s after");
foreach (var (call, _) in calls)
{
    var own = answers.Where(answer => answer.Call == call).ToList();
    double[] took = [.. own.Select(answer => answer.Milliseconds)];
    var statuses = own.GroupBy(answer => answer.Status).Select(group => $"{group.Count()} x {group.Key}");
    Console.WriteLine(
        $"{call,-9} p50 {Figures.Percentile(took, 50),6:F1}  p99 {Figures.Percentile(took, 99),6:F1}  most {took.Max(),6:F0} ms   "
            + string.Join(", ", statuses)
    );
}

int Send(byte[] request)
{
    using var http = new RawHttp(server.Port);
    return http.Send(request).Status;
}

static byte[] Get(string path, string? key) =>
    Encoding.ASCII.GetBytes(
        $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{(key is null ? "" : $"Authorization: Bearer {key}\r\n")}\r\n"
    );

// Of the instance's own server: the parent of its backends.
int Postmaster()
{
    using var connection = new NpgsqlConnection(database);
    connection.Open();
    return ParentOf(connection.ProcessID);
}

void Signal(string signal)
{
    Kill(signal, [postmaster]);
    Kill(signal, [.. Processes().Where(id => ParentOf(id) == postmaster)]);
}

static void Kill(string signal, int[] processes)
{
    using var kill = Process.Start("kill", [$"-{signal}", .. processes.Select(id => id.ToString(CultureInfo.InvariantCulture))]);
    kill.WaitForExit();
}

static IEnumerable<int> Processes() =>
    Directory
        .EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
        .Where(id => id > 0);

// 0 where it has ended. proc_pid_stat(5): id, (name), state, parent.
static int ParentOf(int process)
{
    try
    {
        var stat = File.ReadAllText($"/proc/{process}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 1)..].Split(' ')[2], CultureInfo.InvariantCulture);
    }
    catch (IOException)
    {
        return 0;
    }
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set; ./concat bench frozen sets it.");
