using System.IO.Compression;
using System.Text;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Api.Storage;
using ConcatService.Domain.Compiling;
using ConcatService.Domain.OnnxExport;
using ConcatService.Domain.Planning;
using ConcatService.Export;
using ConcatService.Export.Python;
using ConcatService.Persistence;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Models;

/// <summary>
/// GET /v1/models/{name}/versions/{version}/pytorch: the network as PyTorch source with its weights, samples with the served answers and a
/// program that compares, as a zip.
/// </summary>
internal static class DownloadPyTorch
{
    public static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Handle(
        string name,
        int version,
        Caller caller,
        ConcatDb db,
        BlobStore blobs,
        StorageWatch storage,
        ModelCache cache,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        if (await db.FindVersionAsync(caller.TeamId, name, version, cancel) is not { } found)
            return Problems.NotFound("model version", $"{name}/{version}");
        var spec =
            await db.Jobs.Where(job => job.Id == found.JobId).Select(job => job.Spec).SingleOrDefaultAsync(cancel)
            ?? throw OnnxFiles.Deleted(found);
        await using var onnx = new NamelessFile(storage.Folder);
        await blobs.CopyOnnxAsync(found, onnx, cancel);
        var weights = OnnxWeights.Of(onnx);
        PythonSource source;
        using (await turns.TakeAsync(cancel))
        {
            if (Compiler.Compile(JsonBody.Parse(spec)) is not { Plan: { } plan })
                return Problems.Of(409, "model.spec", $"The spec of {name}/{version} is not valid any more. Download it as ONNX.");
            source = PythonSource.Write(plan, name, Normalizations(plan, weights));
        }

        var samples = await PyTorchSamples.OfAsync(found, cache, cancel);
        var zip = Zip(source, weights, samples, PythonPackage.ReadmeOf(source, name, version), storage.Folder);
        return TypedResults.Stream(zip, "application/zip", $"{name}-{version}-pytorch.zip");
    }

    /// <summary>By way of a file: the library writes parts of a zip synchronously, which a connection refuses.</summary>
    private static NamelessFile Zip(
        PythonSource source,
        OnnxWeights weights,
        IReadOnlyList<SafeTensor> samples,
        string readme,
        string folder
    )
    {
        var file = new NamelessFile(folder);
        try
        {
            using (var zip = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true, Encoding.UTF8))
            {
                Add(zip, PythonPackage.Source, source.Text);
                // weights do not compress
                using (var state = zip.CreateEntry(PythonPackage.Weights, CompressionLevel.NoCompression).Open())
                    Safetensors.Write(state, PythonPackage.StateOf(source, weights));
                using (var tensors = zip.CreateEntry(PythonPackage.Samples).Open())
                    Safetensors.Write(tensors, samples);
                Add(zip, PythonPackage.Check, PythonPackage.CheckOf(source));
                Add(zip, PythonTraining.File, PythonTraining.TextOf(source));
                Add(zip, PythonPackage.Readme, readme);
            }

            file.Position = 0;
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void Add(ZipArchive zip, string path, string text)
    {
        using var stream = zip.CreateEntry(path).Open();
        stream.Write(Encoding.UTF8.GetBytes(text));
    }

    /// <summary>What the inputs are normalized by, which the ONNX file has as initializers.</summary>
    private static Dictionary<string, Normalization> Normalizations(Plan plan, OnnxWeights weights)
    {
        var found = new Dictionary<string, Normalization>();
        foreach (var input in plan.Inputs)
        {
            if (weights.Find($"{input.Name}#mean") is { } mean && weights.Find($"{input.Name}#deviation") is { } deviation)
                found[input.Name] = new(weights.Floats(mean), weights.Floats(deviation));
        }

        return found;
    }
}
