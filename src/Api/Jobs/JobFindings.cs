using System.Text.Json;
using ConcatService.Domain.Repairs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>What is known to be wrong with a job: what its trainer told and has not taken back, how it failed, why its version is
/// quarantined.</summary>
internal static class JobFindings
{
    private static readonly string[] Types = ["lint", "verdict", "evaluation_gap"];

    /// <summary>The earliest first; each once.</summary>
    public static async Task<List<RepairFinding>> FindingsAsync(this ConcatDb db, Job job, CancellationToken cancel)
    {
        var events = await db
            .JobEvents.AsNoTracking()
            .Where(entry => entry.JobId == job.Id && Types.Contains(entry.Type) && entry.Data != null)
            .OrderBy(entry => entry.Sequence)
            .Select(entry => new { entry.Type, entry.Message, Data = entry.Data!.Value })
            .ToListAsync(cancel);
        var standing = new Dictionary<(string, string?, string?), RepairFinding>();
        foreach (var told in events)
        {
            if (Text(told.Data, "code") is not { } code)
                continue;
            var finding = new RepairFinding(code, Text(told.Data, "layer"), Text(told.Data, "branch"), StepOf(told.Data), told.Message);
            var key = (code, finding.Layer, finding.Branch);
            if (Text(told.Data, "state") == "gone")
                standing.Remove(key);
            else
                standing.TryAdd(key, finding);
        }

        if (job.Error is { } error && Text(error, "code") is { } failure)
            standing.TryAdd((failure, null, null), new(failure, null, null, StepOf(error), Text(error, "message") ?? ""));
        var reasons = await db
            .ModelVersions.Where(version => version.JobId == job.Id && version.CheckpointStep == null && version.StateReasons != null)
            .Select(version => version.StateReasons!.Value)
            .ToListAsync(cancel);
        foreach (var reason in reasons.SelectMany(list => list.EnumerateArray()))
        {
            var code = Text(reason, "code")!;
            if (standing.Values.All(finding => finding.Code != code))
                standing.TryAdd((code, null, null), new(code, null, null, 0, Text(reason, "message") ?? ""));
        }

        return [.. standing.Values.OrderBy(finding => finding.FirstStep)];
    }

    private static string? Text(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    /// <summary>A verdict's first step; the step of a divergence; 0 for what was told before the first step.</summary>
    private static long StepOf(JsonElement json)
    {
        if (json.TryGetProperty("first_step", out var first) && first.TryGetInt64(out var step))
            return step;
        return json.TryGetProperty("details", out var details)
            && details.ValueKind == JsonValueKind.Object
            && details.TryGetProperty("step", out var at)
            && at.TryGetInt64(out var failed)
            ? failed
            : 0;
    }
}
