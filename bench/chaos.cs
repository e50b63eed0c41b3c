// A team at work while processes are killed and frozen and the disk is filled: --minutes N (10), --seed S (1), --pause SECONDS (3.5).

#:property PublishAot=false
#:property PackageId=chaos-bench
#:property AssemblyName=chaos-bench
#:project chaos/Chaos.csproj

using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using ConcatService.Chaos;
using Npgsql;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var (minutes, pause, random) = (Option("--minutes", 10), Option("--pause", 3.5), new Random((int)Option("--seed", 1)));
var (home, app, connection) = (Variable("CONCAT_HOME"), Variable("CONCAT_APP"), Variable("ConnectionStrings__Postgres"));
var run = $"chaos-{DateTime.UtcNow:yyyyMMddHHmmss}";

// Small, with what is hardest to bring back: running statistics, dropout's random numbers, a momentum for each weight.
var spec = JsonNode.Parse("""
    {
      "name": "chaos",
      "inputs": { "image": { "shape": [1, 28, 28] } },
      "layers": [
        { "name": "stem", "type": "conv2d", "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": "same", "norm": "batch_norm",
          "activation": "relu" },
        { "name": "fine", "type": "conv2d", "inputs": ["stem"], "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": "same",
          "norm": "batch_norm", "activation": "relu" },
        { "name": "coarse", "type": "max_pool2d", "inputs": ["stem"], "kernel_size": 2 },
        { "name": "merge", "type": "concat", "inputs": ["fine", "coarse"] },
        { "type": "global_avg_pool" },
        { "type": "dropout", "p": 0.2 },
        { "name": "logits", "type": "linear", "out_features": 10 }
      ]
    }
    """)!;

// A pooled connection would be one to a server that is gone.
await using var database = NpgsqlDataSource.Create(
    new NpgsqlConnectionStringBuilder(connection) { Timeout = 5, CommandTimeout = 15, Pooling = false }
);
var second = FreePort();
var temporary = Directory.CreateDirectory(Path.Combine(home, "tmp")).FullName;
await using var api2 = new Replica(
    Start(
        "api",
        "Api.dll",
        ("ASPNETCORE_URLS", $"http://127.0.0.1:{second}"),
        ("Service__Roles", "api,inference"),
        ("DataSets__TemporaryFolder", temporary)
    ),
    Path.Combine(home, "logs", "api2.log")
);
await using var worker2 = new Replica(
    Start("worker", "Worker.dll", ("OMP_WAIT_POLICY", "PASSIVE"), ("Data__Cache", Path.Combine(home, "cache"))),
    Path.Combine(home, "logs", "worker2.log")
);
using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };
var callers = new Callers(
    new Service(http, [new(Variable("CONCAT_URL")), new($"http://127.0.0.1:{second}")], Variable("CONCAT_KEY")),
    run,
    spec
);
var watch = Stopwatch.StartNew();
var calm = await callers.EndOfAsync(await callers.StartAsync(CancellationToken.None), CancellationToken.None);
Console.WriteLine(
    $"undisturbed: {calm["state"]} after {watch.Elapsed.TotalSeconds:0} s, weights {((string?)calm["result"]?["weights_sha256"])?[..12]}"
);

using var working = new CancellationTokenSource();
var work = Task.WhenAll(
    callers.WorkAsync(parallel: 3, working.Token),
    callers.PredictAsync(run, working.Token),
    callers.UploadAsync(working.Token),
    callers.DownloadAsync(run, working.Token)
);
var disk = Disk.Of(home);
if (disk is null)
    Console.WriteLine($"the disk is not filled: {home} is on one of more than 8 GiB. On a small one of its own it is.");
var replicas = new Dictionary<string, Replica> { ["api2"] = api2, ["worker2"] = worker2 };
var faults = new Faults(home, database, replicas, disk, random);
var inflicted = new SortedDictionary<string, int>();
for (watch.Restart(); watch.Elapsed < TimeSpan.FromMinutes(minutes); await PauseAsync())
{
    if (await faults.InflictAsync() is not { } fault)
        continue;
    Console.WriteLine($"{watch.Elapsed.TotalSeconds,6:0} s  {fault}");
    var kind = fault.Split(" for ")[0];
    inflicted[kind] = inflicted.GetValueOrDefault(kind) + 1;
}

await working.CancelAsync();
Console.WriteLine($"{inflicted.Values.Sum()} faults; waiting for what was accepted to end");
await work.WaitAsync(TimeSpan.FromMinutes(10));
var broken = await Invariants.BrokenAsync(database, run);
var attempts = await CountAsync("select count(*) from job_attempts a join jobs j on j.id = a.job_id where j.name like @run");
var known = await CountAsync("select count(*) from jobs where name like @run");
var givenUp = await CountAsync($"select count(*) from jobs where name like @run and {Invariants.GivenUp}");
if (known != callers.Accepted.Count)
    broken.Add($"{callers.Accepted.Count} jobs were accepted, and {known} are there");
Console.WriteLine(string.Join(", ", inflicted.Select(each => $"{each.Key} {each.Value}")));
Console.WriteLine(
    $"{callers.Accepted.Count} jobs in {attempts} attempts ({givenUp} given up after three without a checkpoint), "
        + $"{callers.Events:N0} events by streams, "
        + $"{callers.Predictions.Right:N0} predictions ({callers.Predictions.Again:N0} asked again), "
        + $"{callers.Uploads} uploads, {callers.Downloads} downloads"
);
foreach (var line in broken.Concat(callers.Complaints))
    Console.WriteLine($"BROKEN: {line}");
Console.WriteLine(
    broken.Count + callers.Complaints.Count == 0
        ? "nothing lost, doubled, stale or with other bits"
        : $"{broken.Count + callers.Complaints.Count} broken"
);
return broken.Count + callers.Complaints.Count == 0 ? 0 : 1;

// 1 to 6 s by default.
Task PauseAsync() => Task.Delay(TimeSpan.FromSeconds(pause * (2 + (10 * random.NextDouble())) / 7));

ProcessStartInfo Start(string folder, string program, params (string Name, string Value)[] settings)
{
    var start = new ProcessStartInfo("dotnet", [program]) { WorkingDirectory = Path.Combine(app, folder) };
    start.Environment["DOTNET_ENVIRONMENT"] = start.Environment["ASPNETCORE_ENVIRONMENT"] = "Production";
    foreach (var (name, value) in settings)
        start.Environment[name] = value;
    return start;
}

async Task<long> CountAsync(string sql)
{
    await using var command = database.CreateCommand(sql);
    command.Parameters.AddWithValue("run", $"{run}-%");
    return (long)(await command.ExecuteScalarAsync())!;
}

// HTTP here, gRPC behind it.
static int FreePort()
{
    while (true)
    {
        using var first = new TcpListener(IPAddress.Loopback, 0);
        first.Start();
        var port = ((IPEndPoint)first.LocalEndpoint).Port;
        using var next = new TcpListener(IPAddress.Loopback, port + 1);
        try
        {
            next.Start();
            return port;
        }
        catch (SocketException)
        {
            // Taken: another pair.
        }
    }
}

double Option(string name, double otherwise)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? double.Parse(args[at + 1]) : otherwise;
}

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set. Run this by ./concat bench chaos.");
