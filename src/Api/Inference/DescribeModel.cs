using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Models;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Inference;

/// <summary>GET /v2/models/{name}[/versions/{version}] and …/ready.</summary>
internal static class DescribeModel
{
    public sealed record Metadata(string Name, IReadOnlyList<string> Versions, string Platform, IReadOnlyList<TensorInfo> Inputs, IReadOnlyList<TensorInfo> Outputs);

    public sealed record Readiness(string Name, bool Ready);

    public static async Task<Results<Ok<Metadata>, ProblemHttpResult>> Handle(string name, int? version, Caller caller, ConcatDb db, CancellationToken cancel)
    {
        var versions = await db.ReadyVersions(caller.TeamId, name).ToListAsync(cancel);
        var found = versions.FirstOrDefault(each => version is null || each.Version == version);
        return found is null
            ? Problems.NotFound("model", version is null ? name : $"{name}/{version}")
            : TypedResults.Ok(new Metadata(name, [.. versions.Select(each => each.Version.ToString())], "onnx_onnxv1", TensorInfo.ListOf(found.Inputs), TensorInfo.ListOf(found.Outputs)));
    }

    public static async Task<Results<Ok<Readiness>, ProblemHttpResult>> HandleReady(string name, int? version, Caller caller, ConcatDb db, CancellationToken cancel) =>
        await db.FindVersionAsync(caller.TeamId, name, version, cancel) is null
            ? Problems.NotFound("model", version is null ? name : $"{name}/{version}")
            : TypedResults.Ok(new Readiness(name, true));
}
