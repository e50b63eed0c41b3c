using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Rest;
using ConcatService.Api.Storage;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Models;

/// <summary>
/// GET /v1/models/{name}/versions/{version}/bundle: a model repository for Triton as a zip. Unpack it and point <c>--model-repository</c>
/// at the folder.
/// </summary>
/// <remarks>Layout: https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_repository.md</remarks>
internal static class DownloadBundle
{
    private const string LabelFile = "labels.txt";

    public static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Handle(
        string name,
        int version,
        Caller caller,
        ConcatDb db,
        BlobStore blobs,
        StorageWatch storage,
        CancellationToken cancel
    )
    {
        if (await db.FindVersionAsync(caller.TeamId, name, version, cancel) is not { } found)
            return Problems.NotFound("model version", $"{name}/{version}");
        // By way of a file: the library writes parts of a zip synchronously, which a connection refuses.
        var file = new NamelessFile(storage.Folder);
        try
        {
            await WriteAsync(file, name, found, blobs, cancel);
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }

        file.Position = 0;
        return TypedResults.Stream(file, "application/zip", $"{name}-{version}.zip");
    }

    private static async Task WriteAsync(FileStream file, string name, ModelVersion version, BlobStore blobs, CancellationToken cancel)
    {
        await using var zip = await ZipArchive.CreateAsync(file, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8, cancel);
        var labels = version.Classes?.Deserialize<string[]>() ?? [];
        await AddAsync(zip, $"{name}/config.pbtxt", Config(name, version, labels.Length > 0), cancel);
        if (labels.Length > 0)
            await AddAsync(zip, $"{name}/{LabelFile}", string.Join('\n', labels) + "\n", cancel);
        // weights do not compress
        await using var onnx = await zip.CreateEntry($"{name}/{version.Version}/model.onnx", CompressionLevel.NoCompression)
            .OpenAsync(cancel);
        await blobs.CopyOnnxAsync(version, onnx, cancel);
    }

    private static async Task AddAsync(ZipArchive zip, string path, string text, CancellationToken cancel)
    {
        await using var file = await zip.CreateEntry(path).OpenAsync(cancel);
        await file.WriteAsync(Encoding.UTF8.GetBytes(text), cancel);
    }

    /// <summary>
    /// The configuration in protobuf's text form; what it leaves out, Triton's defaults fill in. The batch is Triton's to form.
    /// </summary>
    private static string Config(string name, ModelVersion version, bool hasLabels)
    {
        var config = ModelConfig.Of(name, new Signature(TensorInfo.ListOf(version.Inputs), TensorInfo.ListOf(version.Outputs)));
        var text = new StringBuilder(
            $"name: {Quoted(config.Name)}\nplatform: {Quoted(config.Platform)}\nmax_batch_size: {config.MaxBatchSize}\n"
        );
        foreach (var input in config.Input)
            text.Append($"input [ {{ {Tensor(input)} }} ]\n");
        foreach (var (index, output) in config.Output.Index())
            text.Append($"output [ {{ {Tensor(output)}{(hasLabels && index == 0 ? $" label_filename: {Quoted(LabelFile)}" : "")} }} ]\n");
        if (config.MaxBatchSize > 0)
            text.Append("dynamic_batching { }\n");
        return text.ToString();
    }

    private static string Tensor(ModelConfig.Tensor tensor) =>
        $"name: {Quoted(tensor.Name)} data_type: {tensor.DataType} dims: [ {string.Join(", ", tensor.Dims)} ]";

    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";
}
