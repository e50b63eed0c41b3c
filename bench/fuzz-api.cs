// Hostile requests to every route of the OpenAPI document, with a key: no 5xx that is not documented. --requests N, --seed S, --parallel P.

#:property PublishAot=false
#:property PackageId=fuzz-api-bench
#:property AssemblyName=fuzz-api-bench
#:project fuzz-api/FuzzApi.csproj
#:project serving/Serving.csproj

using System.Diagnostics;
using System.Globalization;
using ConcatService.FuzzApi;
using ConcatService.Persistence;
using ConcatService.Serving;
using Npgsql;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
// The aim: 1,000,000 requests.
var (requests, seed, parallel) = ((int)Option("--requests", 20_000), (int)Option("--seed", 1), (int)Option("--parallel", 8));
var (app, instance) = (Path.Combine(Variable("CONCAT_APP"), "api"), Variable("ConnectionStrings__Postgres"));

// A database of its own: no worker trains what comes out of this, and nothing of the instance is deleted.
var name = $"concat_fuzz_{Environment.ProcessId}";
var database = new NpgsqlConnectionStringBuilder(instance) { Database = name }.ConnectionString;
await ExecuteAsync($"create database {name}");
try
{
    await Schema.ApplyAsync(database, CancellationToken.None);
    var key = await KeyAsync();
    await using var models = new BenchModel(database);
    var known = new KnownNames();
    known.Add("models", await models.PublishAsync("fuzz", BenchModel.Small, BenchModel.Onnx(BenchModel.Small)));
    await using var server = await ApiProcess.StartAsync(app, database);
    using var handler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, MaxConnectionsPerServer = parallel };
    using var http = new HttpClient(handler) { BaseAddress = new($"http://127.0.0.1:{server.Port}") };
    http.DefaultRequestHeaders.Authorization = new("Bearer", key);
    var fuzzer = new ApiFuzzer(http, await ApiFuzzer.DocumentOfAsync(http, CancellationToken.None), known);

    const int Lap = 100_000;
    var (watch, failures) = (Stopwatch.StartNew(), 0);
    var statuses = new SortedDictionary<int, int>();
    for (var (done, isStopped) = (0, false); done < requests && !isStopped; done += Lap)
    {
        var outcome = await fuzzer.RunAsync(seed + done, Math.Min(Lap, requests - done), parallel, CancellationToken.None);
        foreach (var (status, count) in outcome.Statuses)
            statuses[status] = statuses.GetValueOrDefault(status) + count;
        failures += outcome.Failures.Count;
        isStopped = outcome.IsStopped;
        // One of each kind: the same defect answers many requests.
        foreach (var kind in outcome.Failures.GroupBy(each => each.Request.Route))
            Console.WriteLine($"{kind.First()}\n  and {kind.Count() - 1} more");
        if (requests > Lap)
            Console.WriteLine($"{Math.Min(requests, done + Lap):N0} requests after {watch.Elapsed.TotalSeconds:N0} s, {failures} failures");
    }

    Console.WriteLine(
        $"{requests:N0} requests from seed {seed} in {watch.Elapsed.TotalSeconds:N0} s, {requests / watch.Elapsed.TotalSeconds:N0} a second"
    );
    Console.WriteLine(string.Join(", ", statuses.Select(each => $"{(each.Key == 0 ? "closed" : each.Key)}: {each.Value:N0}")));
    Console.WriteLine($"{failures} failures, {server.LoggedErrors} errors in the server's log");
    return failures + server.LoggedErrors == 0 ? 0 : 1;
}
finally
{
    NpgsqlConnection.ClearAllPools();
    await ExecuteAsync($"drop database {name} with (force)");
}

async Task ExecuteAsync(string sql)
{
    await using var source = NpgsqlDataSource.Create(instance);
    await using var command = source.CreateCommand(sql);
    await command.ExecuteNonQueryAsync();
}

// By the Api's own command, as the first key of an instance is made; BenchModel publishes for the team demo.
async Task<string> KeyAsync()
{
    var start = new ProcessStartInfo("dotnet", ["Api.dll", "key", "--team", "demo", "--name", "fuzz", "--scopes", "admin,operator"])
    {
        WorkingDirectory = app,
        RedirectStandardOutput = true,
    };
    start.Environment["ConnectionStrings__Postgres"] = database;
    using var process = Process.Start(start)!;
    var output = await process.StandardOutput.ReadToEndAsync();
    await process.WaitForExitAsync();
    return output.TrimEnd().Split('\n')[^1].Trim();
}

long Option(string option, long fallback) =>
    Array.IndexOf(args, option) is >= 0 and var at ? long.Parse(args[at + 1], CultureInfo.InvariantCulture) : fallback;

static string Variable(string variable) =>
    Environment.GetEnvironmentVariable(variable)
    ?? throw new InvalidOperationException($"{variable} is not set; ./concat bench fuzz-api sets it.");
