using System.Runtime.InteropServices;
using System.Text.Json;
using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using ConcatService.Persistence.Tests.Jobs;

namespace ConcatService.Worker.Tests;

/// <summary>The product's worker on a data set that a team has brought.</summary>
[TestClass(DisableParallelization = true)]         // each test starts processes: two at once would measure each other
public sealed class UploadedDataTests(JobBench bench) : WorkerTest(bench), IClassFixture<JobBench>, IDisposable
{
    private const int Train = 256, Test = 64;

    private static readonly StoredDataSet Stored = new(
        new(
            "halves",
            "",
            [new("x", [4], ElementType.Float32)],
            [new("y", LearningTask.Classification, [], ["low", "high"])],
            Train,
            0,
            Test
        ),
        [new("x", [4], ElementType.Float32), new("y", [], ElementType.Int64)]
    );

    private readonly string _cache = Directory.CreateTempSubdirectory("concat-cache-").FullName;

    [Fact]
    public async Task A_job_trains_on_it_and_the_next_one_finds_it_in_the_cache()
    {
        await Bench
            .Get<DataSetStore>()
            .AddAsync(Bench.TeamId, "halves", Stored.ToJson(), JsonElement.Parse("{}"), new MemoryStream(Bytes()), Cancel);
        await using var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString, _cache));

        var first = await UntilAsync(await QueueAsync(NewJob("halves@1")), JobState.Succeeded);
        var file = new FileInfo(Assert.Single(Directory.GetFiles(Path.Combine(_cache, "datasets"))));
        Assert.Equal(Stored.LengthBytes, file.Length);
        var second = await UntilAsync(await QueueAsync(NewJob("halves@1")), JobState.Succeeded);

        Assert.InRange(first.Result!.Value.GetProperty("test_accuracy").GetDouble(), 0.9, 1);
        Assert.Equal(
            first.Result!.Value.GetProperty("weights_sha256").GetString(),
            second.Result!.Value.GetProperty("weights_sha256").GetString()
        );
        Assert.Equal(Path.GetFileNameWithoutExtension(file.Name), first.Environment!.Value.GetProperty("data_sha256").GetString());
    }

    [Fact]
    public async Task A_job_whose_data_set_is_gone_fails_as_the_callers()
    {
        await using var worker = await ListeningAsync(WorkerProcess.StartReal(Bench.ConnectionString, _cache));

        var job = await UntilAsync(await QueueAsync(NewJob("gone@1")), JobState.Failed);

        Assert.Equal("user", job.Error!.Value.GetProperty("class").GetString());
        Assert.Contains("gone@1 no longer exists", job.Error!.Value.GetProperty("message").GetString());
    }

    public void Dispose() => Directory.Delete(_cache, recursive: true);

    /// <summary>Four numbers each; the class is whether their sum is above 0.</summary>
    private static byte[] Bytes()
    {
        var random = new Random(3);
        var bytes = new List<byte>();
        foreach (var count in new[] { Train, Test })
        {
            var x = Enumerable.Range(0, count * 4).Select(_ => (random.NextSingle() * 2) - 1).ToArray();
            bytes.AddRange(MemoryMarshal.AsBytes(x.AsSpan()));
            foreach (var sample in x.Chunk(4))
                bytes.AddRange(BitConverter.GetBytes(sample.Sum() > 0 ? 1L : 0L));
        }

        return [.. bytes];
    }

    private Job NewJob(string dataset) => new()
    {
        TeamId = Bench.TeamId,
        Name = "halves",
        Spec = """{ "inputs": { "numbers": { "shape": [4] } }, "layers": [ { "type": "linear", "out_features": 2 } ] }""",
        Dataset = dataset,
        Settings = JsonElement.Parse("""{ "epochs": 20, "batch_size": 16, "optimizer": { "type": "adam", "lr": 0.05 } }"""),
        ModelName = "halves",
        Queue = Queues.For("normal"),
    };
}
