using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ConcatService.Api.Tests;
using ConcatService.Domain.Data;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Worker.Tests;

/// <summary>
/// Broken and healthy trainings over HTTP, with the product's worker: two tables, each of which tells one of the class's two bits.
/// </summary>
[TestClass(DisableParallelization = true)]         // each test starts processes: two at once would measure each other
public sealed class RepairTests(ApiServer api) : WorkerTest(null!), IClassFixture<ApiServer>
{
    private const int Train = 2560, Test = 1024, Width = 8;

    private const string Spec = """
        { "name": "two-tables", "inputs": { "a": { "shape": [8] }, "b": { "shape": [8] } }, "layers": [
            { "name": "left", "type": "linear", "inputs": ["a"], "out_features": 16, "activation": "relu" },
            { "name": "right", "type": "linear", "inputs": ["b"], "out_features": 16, "activation": "relu" },
            { "name": "merge", "type": "concat", "inputs": ["left", "right"] },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    [Fact]
    public async Task An_input_in_another_unit_is_repaired_and_the_body_in_the_report_trains_like_the_healthy_twin()
    {
        await AddAsync("tables-x1000", scale: 1000);
        await using var worker = WorkerProcess.StartReal(api.Database.ConnectionString);
        var broken = await PostAsync("tables-x1000", Settings(normalize: false));
        var twin = await PostAsync("tables-x1000", Settings(normalize: true));
        var (without, healthy) = (await EndAsync(broken), await EndAsync(twin));

        var repair = await EndAsync((await api.PostAsync($"{broken}/repair", "")).Headers["Location"]);
        TestContext.Current.TestOutputHelper!.WriteLine(repair.GetProperty("result").GetRawText());
        Assert.Equal(("repair", "succeeded"), (Text(repair, "kind"), Text(repair, "state")));
        Assert.Equal(Text(without, "id"), Text(repair, "repair_of"));
        Assert.Equal(JsonValueKind.Null, repair.GetProperty("model").ValueKind);
        var report = repair.GetProperty("result").GetProperty("repair");
        Assert.Contains("unequal_inputs", report.GetProperty("findings").EnumerateArray().Select(finding => Text(finding, "code")));
        var candidates = report.GetProperty("candidates").EnumerateArray().ToList();
        Assert.InRange(candidates.Count, 2, 6);
        Assert.Equal(("normalize", "nothing"), (Text(candidates[0], "id"), Text(candidates[^1], "id")));
        var accepted = candidates.Single(candidate => Text(candidate, "id") == Text(report, "accepted"));
        Assert.InRange(accepted.GetProperty("change_interval")[1].GetDouble(), -1000, -0.01);
        Assert.Equal(0, accepted.GetProperty("findings_left").GetArrayLength());
        Assert.Equal(report.GetProperty("cost_steps").GetInt64(), candidates.Sum(each => each.GetProperty("cost_steps").GetInt64()));

        var mended = await EndAsync((await api.PostAsync("/v1/jobs", report.GetProperty("body").GetRawText())).Headers["Location"]);
        Assert.InRange(Accuracy(mended), Accuracy(healthy) - 0.01, 1);
        TestContext.Current.TestOutputHelper!.WriteLine(
            string.Create(CultureInfo.InvariantCulture, $"{Accuracy(without)} repaired {Accuracy(mended)} twin {Accuracy(healthy)}")
        );
    }

    [Fact]
    public async Task A_healthy_job_has_nothing_to_repair_and_noise_is_reported_and_not_raced()
    {
        await AddAsync("tables", scale: 1);
        await AddAsync("tables-noise", scale: 1, isNoise: true);
        await using var worker = WorkerProcess.StartReal(api.Database.ConnectionString);
        var (healthy, noisy) = (await PostAsync("tables", Settings(true)), await PostAsync("tables-noise", Settings(true)));
        await EndAsync(healthy);
        await EndAsync(noisy);

        var nothing = await api.PostAsync($"{healthy}/repair", "");
        Assert.Equal((409, "repair.nothing_found"), (nothing.Status, nothing.Code));
        var fault = await api.PostAsync($"{noisy}/repair", "");
        Assert.Equal((422, "repair.data_fault"), (fault.Status, fault.Code));
        var found = fault.Json.GetProperty("findings").EnumerateArray().Select(each => (Text(each, "code"), Text(each, "branch"))).ToList();
        Assert.Contains(("unused", "right"), found);
        await using var db = api.Database.Open();
        Assert.False(await db.Jobs.AnyAsync(job => job.Repair != null && job.Dataset.StartsWith("tables@"), Cancel));
    }

    [Fact]
    public async Task A_repair_goes_on_when_its_trainer_is_killed_and_ends_when_it_is_cancelled()
    {
        await AddAsync("tables-killed", scale: 1000);
        await using var worker = WorkerProcess.StartReal(api.Database.ConnectionString);
        var broken = await PostAsync("tables-killed", Settings(normalize: false));
        await EndAsync(broken);

        var killed = (await api.PostAsync($"{broken}/repair", "")).Headers["Location"];
        Assert.Equal(killed, (await api.PostAsync($"{broken}/repair", "")).Headers["Location"]);         // asked for twice, done once
        var running = await UntilStepAsync(killed, 20);
        KillNine(running.GetProperty("attempts")[0].GetProperty("process_id").GetInt32());
        var ended = await EndAsync(killed);
        Assert.Equal(("succeeded", 2), (Text(ended, "state"), ended.GetProperty("attempts").GetArrayLength()));
        var report = ended.GetProperty("result").GetProperty("repair");
        var proven = report.GetProperty("candidates").EnumerateArray().Where(each => each.GetProperty("accepted").GetBoolean());
        Assert.Contains(Text(report, "accepted"), proven.Select(each => Text(each, "id")));
        Assert.Equal(409, (await api.PostAsync($"{killed}/repair", "")).Status);

        var cancelled = (await api.PostAsync($"{broken}/repair", "")).Headers["Location"];
        Assert.NotEqual(killed, cancelled);
        await UntilStepAsync(cancelled, 20);
        await api.PostAsync($"{cancelled}/cancel", "");
        Assert.Equal("cancelled", Text(await EndAsync(cancelled), "state"));
    }

    [Fact]
    public async Task What_learned_nothing_is_quarantined_and_served_by_an_alias_alone()
    {
        await using var worker = WorkerProcess.StartReal(api.Database.ConnectionString);
        var settings = """{ "epochs": 1, "precision": "float32", "threads": 1, "optimizer": { "type": "sgd", "lr": 1e-9 } }""";
        var job = await EndAsync(await PostAsync("two-view", settings, TwoView));
        Assert.Equal(("quarantined", "quiet"), (Text(job.GetProperty("model"), "state"), Text(job.GetProperty("model"), "name")));
        Assert.Equal("chance", Text(job.GetProperty("result").GetProperty("quarantine")[0], "code"));

        var card = (await api.GetAsync("/v1/models/quiet/versions/1")).Json;
        Assert.Equal(("quarantined", "chance"), (Text(card, "state"), Text(card.GetProperty("state_reasons")[0], "code")));
        var listed = (await api.GetAsync("/v1/models")).Json.GetProperty("data").EnumerateArray();
        Assert.Equal(JsonValueKind.Null, listed.Single(model => Text(model, "name") == "quiet").GetProperty("latest_version").ValueKind);
        foreach (var path in new[] { "/v2/models/quiet", "/v2/models/quiet/versions/1", "/v2/models/quiet/versions/latest" })
        {
            var refused = await api.GetAsync(path);
            Assert.Equal((404, "model.quarantined"), (refused.Status, refused.Code));
        }

        using var body = new StringContent("""{ "version": "1" }""", Encoding.UTF8, "application/json");
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Put, "/v1/models/quiet/aliases/production", body, api.AdminKey)).Status);
        Assert.Equal(200, (await api.GetAsync("/v2/models/quiet")).Status);
        Assert.Equal("1", (await api.GetAsync("/v2/models/quiet")).Json.GetProperty("versions")[0].GetString());
    }

    private const string TwoView = """
        { "name": "quiet", "inputs": { "image": { "shape": [1, 28, 28] }, "facts": { "shape": [8] } }, "layers": [
            { "name": "seen", "type": "global_avg_pool", "inputs": ["image"] },
            { "name": "merge", "type": "concat", "inputs": ["seen", "facts"] },
            { "name": "logits", "type": "linear", "out_features": 4 } ] }
        """;

    private static string Settings(bool normalize) =>
        $$"""
        { "epochs": 12, "batch_size": 32, "threads": 1, "precision": "float32", "validation_split": 0.2, "telemetry": "dense",
          "normalize": {{(normalize ? "true" : "false")}} }
        """;

    private static double Accuracy(JsonElement job) => job.GetProperty("result").GetProperty("test_accuracy").GetDouble();

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private async Task<string> PostAsync(string dataset, string settings, string spec = Spec)
    {
        var answer = await api.PostAsync(
            "/v1/jobs",
            $$"""{ "architecture": {{spec}}, "dataset": "{{dataset}}", "settings": {{settings}} }"""
        );
        Assert.True(answer.Status == 202, answer.Body);
        return answer.Headers["Location"];
    }

    private async Task<JsonElement> EndAsync(string location)
    {
        JsonElement job = default;
        await EventuallyAsync(
            async () => Text(job = (await api.GetAsync(location)).Json, "state") is "succeeded" or "failed" or "cancelled",
            "the job ends"
        );
        Assert.True(Text(job, "state") != "failed", job.GetRawText());
        return job;
    }

    private async Task<JsonElement> UntilStepAsync(string location, long step)
    {
        JsonElement job = default;
        await EventuallyAsync(
            async () => (job = (await api.GetAsync(location)).Json).GetProperty("progress").GetProperty("step").GetInt64() >= step,
            "the race has begun"
        );
        return job;
    }

    /// <summary>Numbers around -1 or 1 as the table's bit says; of noise, as nothing says.</summary>
    private async Task AddAsync(string name, float scale, bool isNoise = false)
    {
        var info = new DataSetInfo(
            name,
            "",
            [new("a", [Width], ElementType.Float32), new("b", [Width], ElementType.Float32)],
            [new("class", LearningTask.Classification, [], ["0", "1", "2", "3"])],
            Train,
            0,
            Test
        );
        var stored = new StoredDataSet(info, [
            new("a", [Width], ElementType.Float32), new("b", [Width], ElementType.Float32), new("class", [], ElementType.Int64),
        ]);
        var (random, bytes) = (new Random(7), new List<byte>());
        foreach (var count in new[] { Train, Test })
        {
            var classes = Enumerable.Range(0, count).Select(_ => random.NextInt64(4)).ToArray();
            foreach (var (times, isTold, bit) in new[] { (scale, true, 0), (1f, !isNoise, 1) })
            {
                var table = classes.SelectMany(truth => Row(random, isTold ? (((truth >> bit) & 1) * 2) - 1 : 0, times)).ToArray();
                bytes.AddRange(MemoryMarshal.AsBytes(table.AsSpan()));
            }

            bytes.AddRange(MemoryMarshal.AsBytes(classes.AsSpan()));
        }

        await new DataSetStore(api.Database.Source).AddAsync(
            api.TeamId(), name, stored.ToJson(), JsonElement.Parse("{}"), new MemoryStream([.. bytes]), Cancel
        );
    }

    private static IEnumerable<float> Row(Random random, float center, float scale) =>
        Enumerable.Range(0, Width).Select(_ => ((Spread(random) * 2) + center) * scale);

    /// <summary>Nearly normal, with a deviation of a half.</summary>
    private static float Spread(Random random) => random.NextSingle() + random.NextSingle() + random.NextSingle() - 1.5f;
}
