// Event streams: transactions a second that they cost the database, and processor time: --streams N (400), --seconds N (20).

#:property PublishAot=false
#:project serving/Serving.csproj

using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ConcatService.Serving;
using Npgsql;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
const string Job = """
    { "architecture": { "name": "streams", "inputs": { "image": { "shape": [1, 28, 28] } },
        "layers": [ { "type": "flatten" }, { "type": "linear", "out_features": 10 } ] },
      "dataset": "two-scale", "settings": { "epochs": 100 } }
    """;
var (streams, seconds) = (Option("--streams", 400), Option("--seconds", 20));
var database = Variable("ConnectionStrings__Postgres");
await using var source = NpgsqlDataSource.Create(database);
await using var server = await ApiProcess.StartAsync(Path.Combine(Variable("CONCAT_APP"), "api"), database);
using var client = new HttpClient { BaseAddress = new($"http://127.0.0.1:{server.Port}") };
client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Variable("CONCAT_KEY"));

// A job that is paused has streams that do not end.
var made = await client.PostAsync("/v1/jobs", new StringContent(Job, new MediaTypeHeaderValue("application/json")));
made.EnsureSuccessStatusCode();
var id = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();
(await client.PostAsync($"/v1/jobs/{id}/pause", null)).EnsureSuccessStatusCode();
var alone = await MeasureAsync();
var open = await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => OpenAsync()));
var listened = await MeasureAsync();
foreach (var stream in open)
    stream.Dispose();
(await client.PostAsync($"/v1/jobs/{id}/cancel", null)).EnsureSuccessStatusCode();
Console.WriteLine($"{Environment.ProcessorCount} cores, {seconds} s each; the instance's own processes are counted, too");
Console.WriteLine($"no stream:    {alone.Transactions:F1} transactions/s, {alone.Processor:P1} of a core in the Api");
Console.WriteLine($"{streams} streams:  {listened.Transactions:F1} transactions/s, {listened.Processor:P1} of a core in the Api");

async Task<HttpResponseMessage> OpenAsync()
{
    using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{id}/events");
    request.Headers.Accept.Add(new("text/event-stream"));
    var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    return response.EnsureSuccessStatusCode();
}

async Task<(double Transactions, double Processor)> MeasureAsync()
{
    await Task.Delay(TimeSpan.FromSeconds(12)); // an idle backend tells what it did after 10 seconds (PGSTAT_IDLE_INTERVAL)
    var (transactions, processor) = (await TransactionsAsync(), server.ProcessorTime);
    await Task.Delay(TimeSpan.FromSeconds(seconds));
    return ((await TransactionsAsync() - transactions) / (double)seconds, (server.ProcessorTime - processor).TotalSeconds / seconds);
}

async Task<long> TransactionsAsync()
{
    await using var command = source.CreateCommand("select xact_commit from pg_stat_database where datname = current_database()");
    return (long)(await command.ExecuteScalarAsync())!;
}

int Option(string name, int otherwise) =>
    Array.IndexOf(args, name) is >= 0 and var at ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : otherwise;

static string Variable(string name) =>
    Environment.GetEnvironmentVariable(name)
    ?? throw new InvalidOperationException($"{name} is not set; ./concat bench streams sets it.");
