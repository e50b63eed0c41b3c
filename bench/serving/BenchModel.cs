using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.OnnxExport;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using ConcatService.Training;
using ConcatService.Training.Onnx;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using static TorchSharp.torch;

namespace ConcatService.Serving;

/// <summary>Models with random weights, put into an instance's registry under names of their own, and taken out again.</summary>
public sealed class BenchModel : IAsyncDisposable
{
    /// <summary>A small convolutional net on grey pictures of 32x32: 4 KB in, 10 scores out.</summary>
    public const string Small = """
        { "name": "bench-small", "inputs": { "image": { "shape": [1, 32, 32] } },
          "layers": [ { "type": "conv2d", "out_channels": 8, "kernel_size": 3, "stride": 2, "padding": 1, "activation": "relu" },
                      { "type": "conv2d", "out_channels": 16, "kernel_size": 3, "stride": 2, "padding": 1, "activation": "relu" },
                      { "type": "global_avg_pool" }, { "name": "scores", "type": "linear", "out_features": 10 } ] }
        """;

    /// <summary>Matrices of 16 MB, which a run reads whole whether it is for one sample or for many: batches pay.</summary>
    public const string Wide = """
        { "name": "bench-wide", "inputs": { "image": { "shape": [1, 32, 32] } },
          "layers": [ { "type": "flatten" }, { "type": "linear", "out_features": 2048, "activation": "relu" },
            { "type": "linear", "out_features": 1024, "activation": "relu" }, { "name": "scores", "type": "linear", "out_features": 10 } ] }
        """;

    private readonly NpgsqlDataSource _source;
    private readonly string _prefix = $"bench-{Environment.ProcessId}-";

    public BenchModel(string connectionString) => _source = NpgsqlDataSource.Create(connectionString);

    public static byte[] Onnx(string spec)
    {
        var plan = Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Plan!;
        using var model = new TorchModel(plan);
        using (no_grad())
        {
            foreach (var parameter in model.Parameters)
                parameter.Tensor.normal_(0, 0.05);
        }

        return OnnxBytes.Write(
            OnnxGraphBuilder.Build(plan, new Dictionary<string, Normalization>()),
            model.Parameters.ToDictionary(each => each.Key, each => each.Tensor),
            new Dictionary<string, string>()
        );
    }

    /// <summary>Adds a version to a model of the team <c>demo</c>.</summary>
    /// <returns>The name that it is served under.</returns>
    public async Task<string> PublishAsync(string name, string spec, byte[] onnx)
    {
        await using var db = Open();
        var team = await db.Teams.Where(each => each.Name == "demo").Select(each => each.Id).SingleAsync();
        var file = await new BlobStore(_source).PutAsync(team, new MemoryStream(onnx), CancellationToken.None);
        name = _prefix + name;
        var job = new Job
        {
            TeamId = team,
            Name = name,
            Spec = spec,
            Dataset = "none",
            Settings = Json("{}"),
            ModelName = name,
            Queue = "d-low",
        };
        db.Add(job);
        if (await db.Models.SingleOrDefaultAsync(each => each.TeamId == team && each.Name == name) is not { } model)
            db.Add(model = new Model { TeamId = team, Name = name });
        await db.SaveChangesAsync();
        // It was never trained and must not be.
        await db.Database.ExecuteSqlAsync($"update jobs set state = 'succeeded' where id = {job.Id}");
        db.Add(new ModelVersion
        {
            ModelId = model.Id,
            Version = 1 + await db.ModelVersions.CountAsync(each => each.ModelId == model.Id),
            TeamId = team,
            JobId = job.Id,
            OnnxSha256 = file.Sha256,
            WeightsSha256 = "00",
            Inputs = Json("""[{ "name": "image", "datatype": "FP32", "shape": [-1, 1, 32, 32] }]"""),
            Outputs = Json("""[{ "name": "scores", "datatype": "FP32", "shape": [-1, 10] }]"""),
            Metrics = Json("{}"),
            Parity = Json("{}"),
            State = "ready",
        });
        await db.SaveChangesAsync();
        return name;
    }

    /// <summary>Takes everything out again that was put in.</summary>
    public async ValueTask DisposeAsync()
    {
        await using (var db = Open())
        {
            var pattern = _prefix + "%";
            await db
                .ModelVersions.Where(version =>
                    db.Models.Any(model => model.Id == version.ModelId && EF.Functions.Like(model.Name, pattern))
                )
                .ExecuteDeleteAsync();
            await db.Models.Where(model => EF.Functions.Like(model.Name, pattern)).ExecuteDeleteAsync();
            await db.Jobs.Where(job => EF.Functions.Like(job.Name, pattern)).ExecuteDeleteAsync();
        }

        await _source.DisposeAsync();
    }

    private ConcatDb Open()
    {
        var options = new DbContextOptionsBuilder<ConcatDb>();
        ConcatDb.Configure(options, _source);
        return new ConcatDb(options.Options);
    }

    private static JsonElement Json(string json) => JsonElement.Parse(json);
}
