using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Api.Access;
using ConcatService.Api.DataSets;
using ConcatService.Api.Memory;
using ConcatService.Api.Requests;
using ConcatService.Domain.Data;
using ConcatService.Domain.Repairs;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Jobs;

/// <summary>What the verdicts on a job's branches advise.</summary>
internal static class JobAdvice
{
    /// <param name="Id">Stable: <c>leaky_relu</c>.</param>
    /// <param name="Why">What the change does, a sentence.</param>
    /// <param name="Patch">RFC 6902 on <c>{ "architecture": …, "settings": … }</c> of the job; the result is a body for <c>POST
    /// /v1/jobs</c>.</param>
    public sealed record Advised(string Id, string Why, IReadOnlyList<PatchOperation> Patch);

    /// <param name="Op"><c>add</c>, <c>replace</c> or <c>remove</c>.</param>
    /// <param name="Path">A JSON Pointer.</param>
    public sealed record PatchOperation(string Op, string Path, JsonElement? Value);

    /// <summary>For each verdict in turn. Nothing where the data set is gone, or the job races changes itself.</summary>
    public static async Task<IReadOnlyList<IReadOnlyList<Advised>>> OfAsync(
        Job job,
        IReadOnlyList<(ConcatNode Node, ConcatBranch Branch, Verdict Verdict)> verdicts,
        Caller caller,
        ConcatDb db,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        if (verdicts.Count == 0 || job.Repair is not null || await DataAsync(job, caller, db, cancel) is not { } data)
            return [.. verdicts.Select(_ => Array.Empty<Advised>())];
        var findings = verdicts
            .Select(each => new RepairFinding(each.Verdict.Code, each.Node.Name, each.Branch.Name, 0, each.Verdict.Message))
            .ToList();
        using var turn = await turns.TakeAsync(cancel);
        return
        [
            .. Advice
                .For(JsonBody.Parse(job.Spec), job.Settings, data, findings)
                .Select(found => found.Select(each => new Advised(each.Id, each.Why, Operations(each.Patch))).ToList()),
        ];
    }

    private static async Task<DataSetInfo?> DataAsync(Job job, Caller caller, ConcatDb db, CancellationToken cancel) =>
        BuiltInDataSets.Find(job.Dataset) is { } known ? known
        : await db.FindDataSetAsync(caller, job.Dataset, cancel) is { } found ? StoredDataSet.Parse(found.Content).Info
        : null;

    private static List<PatchOperation> Operations(JsonArray patch) =>
    [
        .. patch.Select(each => new PatchOperation(
            (string)each!["op"]!,
            (string)each["path"]!,
            each["value"] is { } value ? JsonElement.Parse(value.ToJsonString()) : null
        )),
    ];
}
