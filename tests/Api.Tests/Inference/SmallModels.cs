using System.Text;
using System.Text.Json;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using ConcatService.Training;
using ConcatService.Training.Onnx;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace ConcatService.Api.Tests.Inference;

/// <summary>Models of known weights, put into the registry as a worker would.</summary>
internal static class SmallModels
{
    /// <summary>Two by two grey pictures; the scores are: the sum of the pixels, the first pixel, and 1.</summary>
    public static string Linear(string layout = "channels_first", string ending = "") =>
        $$"""
            { "name": "small", "layout": "{{layout}}", "inputs": { "image": { "shape": {{(
                layout == "channels_first" ? "[1, 2, 2]" : "[2, 2, 1]"
            )}} } },
          "layers": [ { "type": "flatten" }, { "name": "scores", "type": "linear", "out_features": 3 }{{ending}} ] }
        """;

    public static Task PublishAsync(ApiServer api, string name, string spec)
    {
        var plan = Compiler.Compile(Encoding.UTF8.GetBytes(spec)).Plan!;
        return PublishAsync(
            api,
            name,
            Onnx(plan),
            Tensor("image", plan.Inputs[0].Shape),
            Tensor(plan.Outputs[0].Name, plan.Shapes[plan.Outputs[0].Wire]),
            spec,
            """["sum", "first", "one"]"""
        );
    }

    /// <summary>Adds a version to a model, which is made when there is none.</summary>
    /// <returns>The version's number.</returns>
    public static async Task<int> PublishAsync(
        ApiServer api,
        string name,
        byte[] onnx,
        string inputs,
        string outputs,
        string? spec = null,
        string? classes = null
    )
    {
        var file = await api
            .Services.GetRequiredService<BlobStore>()
            .PutAsync(api.TeamId(), new MemoryStream(onnx), CancellationToken.None);
        await using var db = api.Database.Open();
        var job = new Job
        {
            TeamId = api.TeamId(),
            Name = name,
            Spec = spec ?? Linear(),
            Dataset = "two-scale",
            Settings = Json("{}"),
            ModelName = name,
            Queue = "c-normal",
        };
        db.Add(job);
        if (db.Models.SingleOrDefault(each => each.TeamId == api.TeamId() && each.Name == name) is not { } model)
            db.Add(model = new Model { TeamId = api.TeamId(), Name = name });
        await db.SaveChangesAsync();
        var version = 1 + (db.ModelVersions.Where(each => each.ModelId == model.Id).Max(each => (int?)each.Version) ?? 0);
        db.Add(new ModelVersion
        {
            ModelId = model.Id,
            Version = version,
            TeamId = api.TeamId(),
            JobId = job.Id,
            OnnxSha256 = file.Sha256,
            WeightsSha256 = "00",
            Inputs = Json(inputs),
            Outputs = Json(outputs),
            Classes = classes is null ? null : Json(classes),
            Metrics = Json("{}"),
            Parity = Json("{}"),
            State = "ready",
        });
        await db.SaveChangesAsync();
        return version;
    }

    private static byte[] Onnx(Plan plan)
    {
        using var model = new TorchModel(plan);
        using (no_grad())
        {
            model
                .Parameters.Single(each => each.Key == "scores.weight")
                .Tensor.copy_(tensor(new float[] { 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0 }).reshape(3, 4));
            model.Parameters.Single(each => each.Key == "scores.bias").Tensor.copy_(tensor(new float[] { 0, 0, 1 }));
        }

        return OnnxBytes.Write(
            OnnxGraphBuilder.Build(plan, new Dictionary<string, Normalization>()),
            model.Parameters.ToDictionary(each => each.Key, each => each.Tensor),
            new Dictionary<string, string>()
        );
    }

    private static string Tensor(string name, Domain.Shapes.Shape shape) =>
        $$"""[{ "name": "{{name}}", "datatype": "FP32", "shape": [{{string.Join(", ", shape.Dims.Select(dim => dim.Known ?? -1))}}] }]""";

    private static JsonElement Json(string json) => JsonElement.Parse(json);
}
