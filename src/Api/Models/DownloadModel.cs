using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Persistence;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;

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
        if (await blobs.OpenAsync(caller.TeamId, found.OnnxSha256, cancel) is not { } onnx)
            return Problems.NotFound("model version", $"{name}/{found.Version}"); // deleted meanwhile
        response.RegisterForDisposeAsync(onnx);
        response.ContentLength = onnx.LengthBytes;
        return TypedResults.Stream(
            body => onnx.CopyToAsync(body, cancel),
            "application/octet-stream",
            $"{name}-{found.Version}.onnx",
            entityTag: new($"\"{found.OnnxSha256}\"")
        );
    }
}
