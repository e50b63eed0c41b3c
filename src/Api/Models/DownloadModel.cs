using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Persistence;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Models;

/// <summary>GET …/onnx: the ONNX file, streamed from the database. Its ETag is its hash.</summary>
internal static class DownloadModel
{
    public static Task<Results<PushStreamHttpResult, ProblemHttpResult>> HandleNewest(
        string name,
        HttpResponse response,
        Caller caller,
        ConcatDb db,
        BlobStore blobs,
        CancellationToken cancel
    ) => SendAsync(name, null, response, caller, db, blobs, cancel);

    public static Task<Results<PushStreamHttpResult, ProblemHttpResult>> Handle(
        string name,
        int version,
        HttpResponse response,
        Caller caller,
        ConcatDb db,
        BlobStore blobs,
        CancellationToken cancel
    ) => SendAsync(name, version, response, caller, db, blobs, cancel);

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> SendAsync(
        string name,
        int? version,
        HttpResponse response,
        Caller caller,
        ConcatDb db,
        BlobStore blobs,
        CancellationToken cancel
    )
    {
        if (await db.FindVersionAsync(caller.TeamId, name, version, cancel) is not { } found)
            return Problems.NotFound("model version", version is null ? name : $"{name}/{version}");
        var length = await db
            .Blobs.Where(blob => blob.TeamId == caller.TeamId && blob.Sha256 == found.OnnxSha256)
            .Select(blob => (long?)blob.LengthBytes)
            .SingleOrDefaultAsync(cancel);
        if (length is null)
            return Problems.NotFound("model version", $"{name}/{found.Version}"); // deleted meanwhile
        response.ContentLength = length;
        return TypedResults.Stream(
            body => blobs.CopyToAsync(caller.TeamId, found.OnnxSha256, body, cancel),
            "application/octet-stream",
            $"{name}-{found.Version}.onnx",
            entityTag: new($"\"{found.OnnxSha256}\"")
        );
    }
}
