using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Storage;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Planning;
using ConcatService.Export.Python;
using ConcatService.Import;
using ConcatService.Import.Weights;
using ConcatService.Persistence;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>The weights that a job asks to begin with: found, and matched to the network before the job is queued.</summary>
internal sealed class StartingWeights(ConcatDb db, BlobStore blobs, StorageWatch storage)
{
    private const string Pointer = "/settings/initial_weights";

    /// <summary>Null for a job that begins from random weights.</summary>
    /// <param name="plan">The job's network.</param>
    /// <param name="saysNormalize">Whether the request says <c>normalize</c>.</param>
    /// <exception cref="ProblemException">There are no such weights, or they do not fit: each tensor is named with both shapes.</exception>
    public async Task<WeightsPlan?> FindAsync(
        Plan plan,
        TrainingSettings settings,
        bool saysNormalize,
        Caller caller,
        CancellationToken cancel
    )
    {
        if (settings.InitialWeights is not { } asked)
            return null;
        var (file, sha256, normalization) = asked.Id is not null
            ? await OfUploadAsync(asked, caller, cancel)
            : await OfVersionAsync(asked, plan, caller, cancel);
        var (adopts, isOnnx) = (settings.Epochs == 0, asked.Id is not null && file.Format == "onnx");
        if (adopts && normalization is null && !saysNormalize && !isOnnx)
            throw Refused(
                "weights.normalize",
                "The weights do not say by what inputs are normalized, and with epochs 0 nothing adapts to it. Set normalize to false "
                    + "where the network takes inputs as they are, or to true where it was trained on inputs that were standardized by "
                    + "this training split.",
                "/settings/normalize"
            );
        if (adopts && isOnnx && saysNormalize && settings.Normalize)
            throw Refused(
                "weights.normalize",
                "An ONNX file has in its graph all that is done to its inputs. Leave out normalize, or set it to false.",
                "/settings/normalize"
            );
        var match = new WeightMatch(plan, asked, file, PythonSource.Write(plan, null).Keys);
        var standardizes = settings.Normalize && !(adopts && isOnnx);
        return match.Run(sha256, normalization, standardizes, adopts) ?? throw Refused(match.Faults);
    }

    private async Task<(StoredWeights File, string Sha256, IReadOnlyList<CarriedNormalization>? Normalization)> OfUploadAsync(
        InitialWeights asked,
        Caller caller,
        CancellationToken cancel
    )
    {
        var id = Guid.Parse(asked.Id!);
        var found = await db
            .Weights.Where(weights => weights.TeamId == caller.TeamId && weights.Id == id)
            .Select(weights => new { weights.Content, weights.Sha256 })
            .SingleOrDefaultAsync(cancel);
        if (found is null)
            throw Refused("not_found", $"There are no uploaded weights '{asked.Id}' here. POST /v1/weights gives an id.", $"{Pointer}/id");
        return (StoredWeights.Parse(found.Content), found.Sha256, null);
    }

    /// <summary>A version's ONNX file is ours: its initializers are called as the parameters are.</summary>
    private async Task<(StoredWeights File, string Sha256, IReadOnlyList<CarriedNormalization>? Normalization)> OfVersionAsync(
        InitialWeights asked,
        Plan plan,
        Caller caller,
        CancellationToken cancel
    )
    {
        var sha256 = await db
            .ModelVersions.Where(version => version.TeamId == caller.TeamId && version.Version == asked.Version)
            .Join(
                db.Models.Where(model => model.TeamId == caller.TeamId && model.Name == asked.Model),
                version => version.ModelId,
                model => model.Id,
                (version, _) => version.OnnxSha256
            )
            .SingleOrDefaultAsync(cancel);
        await using var file = new NamelessFile(storage.Folder);
        if (sha256 is null || !await blobs.CopyToAsync(caller.TeamId, sha256, file, cancel))
            throw Refused("not_found", $"There is no version {asked.Version} of a model '{asked.Model}' here.", $"{Pointer}/model");
        try
        {
            var found = WeightsFile.Read(file) with { IsNetwork = false, Keys = new Dictionary<string, TensorSource>() };
            return (found, sha256, [.. plan.Inputs.SelectMany(input => CarriedBy(found, input.Name, file))]);
        }
        catch (ImportException damaged)
        {
            throw new InvalidDataException($"The stored model {asked.Model}/{asked.Version} is damaged: {damaged.Message}");
        }
    }

    private static IEnumerable<CarriedNormalization> CarriedBy(StoredWeights found, string input, Stream file)
    {
        if (
            found.Tensors.FirstOrDefault(tensor => tensor.Name == $"{input}#mean") is { } mean
            && found.Tensors.FirstOrDefault(tensor => tensor.Name == $"{input}#deviation") is { } deviation
        )
            yield return new(input, Numbers(file, mean), Numbers(file, deviation));
    }

    private static float[] Numbers(Stream file, StoredTensor tensor)
    {
        var numbers = new float[tensor.LengthBytes / sizeof(float)];
        file.Position = tensor.Offset;
        file.ReadExactly(System.Runtime.InteropServices.MemoryMarshal.AsBytes(numbers.AsSpan()));
        return numbers;
    }

    private static ProblemException Refused(string code, string message, string pointer) =>
        new(Problems.Invalid(new PointedError(pointer, code, message)));

    private static ProblemException Refused(IReadOnlyList<WeightFault> faults) =>
        new(Problems.Invalid([.. faults.Select(fault => new PointedError(fault.Pointer, fault.Code, fault.Message))]));
}
