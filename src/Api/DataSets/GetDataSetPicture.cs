using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Images;
using ConcatService.Domain.Data;
using ConcatService.Persistence;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.DataSets;

/// <summary>GET /v1/datasets/{name}/pictures/{number}: a training sample as PNG; one of the first of what every installation has.</summary>
internal static class GetDataSetPicture
{
    public static async Task<Results<FileContentHttpResult, ProblemHttpResult>> Handle(
        string name,
        int number,
        Caller caller,
        ConcatDb db,
        BlobStore blobs,
        CancellationToken cancel
    )
    {
        if (BuiltInDataSets.Find(name) is { } known)
        {
            return
                known.Inputs.FirstOrDefault(input => input.IsPicture) is { } shown && KnownPictures.Find(name, shown, number) is { } stored
                ? TypedResults.File(Png.Write(stored, [.. shown.Shape]), "image/png")
                : Problems.NotFound("picture", $"{number}");
        }

        if (await db.FindDataSetAsync(caller, name, cancel) is not { } found)
            return Problems.NotFound("data set", name);
        var content = StoredDataSet.Parse(found.Content);
        if (
            content.Info.Inputs.FirstOrDefault(input => input.IsPicture) is not { } picture
            || number < 0
            || number >= content.Info.TrainSamples
        )
            return Problems.NotFound("picture", $"{number}");
        var length = (int)picture.Shape.Aggregate((product, size) => product * size);
        var pixels = await blobs.ReadAsync(
            caller.TeamId,
            found.Sha256,
            content.OffsetInTrain(picture.Name) + ((long)number * length),
            length,
            cancel
        );
        return pixels is null ? Problems.NotFound("data set", name) : TypedResults.File(Png.Write(pixels, [.. picture.Shape]), "image/png");
    }
}
