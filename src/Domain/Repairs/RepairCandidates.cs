using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Jobs;

namespace ConcatService.Domain.Repairs;

/// <summary>The changes that may mend a job, by the causes of its findings: the likeliest first, "change nothing" last.</summary>
public static class RepairCandidates
{
    /// <summary>With "change nothing".</summary>
    public const int Most = 6;

    /// <summary>Only what compiles, fits the data and differs from the job; "change nothing" is always there.</summary>
    /// <param name="spec">Valid, as the job has it.</param>
    /// <param name="settings">As the job asked for them.</param>
    /// <param name="data">The job's.</param>
    /// <param name="findings">What is to be mended.</param>
    public static IReadOnlyList<RepairCandidate> For(
        JsonElement spec,
        JsonElement settings,
        DataSetInfo data,
        IReadOnlyList<RepairFinding> findings
    )
    {
        var job = new JsonObject { ["architecture"] = JsonPatch.Read(spec), ["settings"] = JsonPatch.Read(settings) };
        // Weights go over by name, and a layer that is named by its position would be another one behind what a patch inserts.
        var named = JsonPatch.Read(StableNames.Of(spec));
        var nothing =
            Make(job, named, new(RepairCandidate.Nothing, "Nothing is changed: what the others are compared with.", []), data)
            ?? throw new ArgumentException("The job's own spec does not compile.", nameof(spec));
        var proposals = new Proposals(nothing.Compiled, nothing.Settings);
        var found = new List<RepairCandidate>();
        foreach (var proposal in findings.SelectMany(proposals.For).Concat(proposals.General))
        {
            if (found.Count == Most - 1)
                break;
            if (found.Exists(each => each.Id == proposal.Id || Same(each.Patch, proposal.Patch)))
                continue;
            if (proposal.Patch.Count > 0 && Make(job, named, proposal, data) is { } made && !Same(made.Body, job))
                found.Add(made);
        }

        return [.. found, nothing];
    }

    private static bool Same(JsonNode a, JsonNode b) => JsonNode.DeepEquals(a, b);

    private static RepairCandidate? Make(JsonObject job, JsonNode named, Proposal proposal, DataSetInfo data)
    {
        var body = job.DeepClone().AsObject();
        var raced = new JsonObject { ["architecture"] = named.DeepClone(), ["settings"] = job["settings"]!.DeepClone() };
        try
        {
            JsonPatch.Apply(body, proposal.Patch);
            JsonPatch.Apply(raced, proposal.Patch);
        }
        catch (Exception unwritable) when (unwritable is ArgumentException or InvalidOperationException)
        {
            return null;                                                                        // a field stands there twice
        }

        using var spec = JsonPatch.Write(raced["architecture"]!);
        using var asked = JsonPatch.Write(raced["settings"]!);
        var report = new Report();
        var compiled = SampleSizes.Compile(spec.RootElement, data);
        var settings = TrainingSettings.Read(asked.RootElement.Clone(), report);
        if (compiled.Plan is { } plan && !report.HasErrors)
            DataSetFit.Check(plan, data, settings, report);
        return compiled.Plan is null || report.HasErrors
            ? null
            : new(proposal.Id, proposal.Why, proposal.Patch, body, compiled, settings);
    }
}
