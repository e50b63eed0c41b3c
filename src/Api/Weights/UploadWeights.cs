using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Quotas;
using ConcatService.Import;
using ConcatService.Import.Weights;
using ConcatService.Persistence;
using ConcatService.Persistence.Storage;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Weights;

/// <summary>
/// POST /v1/weights?name=: a file of tensors is the body, or the file of a form. 201, or 200 where the team has these bytes already.
/// Whatever is wrong, nothing is kept.
/// </summary>
internal static class UploadWeights
{
    private const int MostLetters = 200;

    public static async Task<IResult> Handle(
        HttpContext http,
        Caller caller,
        ConcatDb db,
        WeightsStore store,
        WeightLimits limits,
        TeamQuotas quotas,
        CancellationToken cancel,
        string name = "weights"
    )
    {
        if (name.Length is 0 or > MostLetters || name.Any(char.IsControl))
            return Problems.Of(400, "request.name", $"name must have 1 to {MostLetters} printable characters.");
        await quotas.AdmitWeightsAsync(caller.TeamId, 0, cancel);
        await using var file = await WeightsBody.ReadAsync(http, limits, cancel);
        var content = await Task.Run(() => Read(file, cancel), cancel);
        await quotas.AdmitWeightsAsync(caller.TeamId, file.Length, cancel);
        file.Position = 0;
        var (id, isNew) = await store.AddAsync(caller.TeamId, name, content, file, cancel);
        if (await db.Weights.AsNoTracking().SingleOrDefaultAsync(weights => weights.Id == id, cancel) is not { } kept)
            return Problems.Of(409, "weights.deleted", "The weights were deleted while they were uploaded.");
        var shown = WeightsResource.Of(kept);
        return isNew ? TypedResults.Created($"/v1/weights/{id}", shown) : TypedResults.Ok(shown);
    }

    private static Domain.Jobs.StoredWeights Read(Stream file, CancellationToken cancel)
    {
        try
        {
            var content = WeightsFile.Read(file);
            FiniteNumbers.Check(file, content, cancel);
            return content;
        }
        catch (ImportException refused)
        {
            var status = refused.Code switch
            {
                "weights.format" or "weights.unsupported_format" => 415,
                "weights.too_large" => 413,
                _ => 422,
            };
            throw new ProblemException(Problems.Of(status, refused.Code, refused.Message));
        }
    }
}
