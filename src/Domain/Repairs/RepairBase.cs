using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Data;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Jobs;

namespace ConcatService.Domain.Repairs;

/// <summary>A job that is to be changed: makes candidates of proposals.</summary>
internal sealed class RepairBase
{
    private readonly JsonObject _job;
    private readonly JsonNode _named;
    private readonly DataSetInfo _data;

    private RepairBase(JsonElement spec, JsonElement settings, DataSetInfo data)
    {
        _data = data;
        _job = new() { ["architecture"] = JsonPatch.Read(spec), ["settings"] = JsonPatch.Read(settings) };
        // Weights go over by name, and a layer that is named by its position would be another one behind what a patch inserts.
        _named = JsonPatch.Read(StableNames.Of(spec));
    }

    /// <summary>The candidate that changes nothing.</summary>
    public RepairCandidate Nothing { get; private set; } = null!;

    public Proposals Proposals { get; private set; } = null!;

    /// <summary>Null where the job's own spec does not compile, or does not fit the data as it is now.</summary>
    public static RepairBase? Of(JsonElement spec, JsonElement settings, DataSetInfo data)
    {
        var job = new RepairBase(spec, settings, data);
        if (job.Apply(new(RepairCandidate.Nothing, "Nothing is changed: what the others are compared with.", [])) is not { } nothing)
            return null;
        (job.Nothing, job.Proposals) = (nothing, new(nothing.Compiled, nothing.Settings));
        return job;
    }

    /// <summary>Null for what changes nothing, does not compile or does not fit the data.</summary>
    public RepairCandidate? Make(Proposal proposal) =>
        proposal.Patch.Count > 0 && Apply(proposal) is { } made && !JsonNode.DeepEquals(made.Body, _job) ? made : null;

    private RepairCandidate? Apply(Proposal proposal)
    {
        var body = _job.DeepClone().AsObject();
        var raced = new JsonObject { ["architecture"] = _named.DeepClone(), ["settings"] = _job["settings"]!.DeepClone() };
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
        var compiled = SampleSizes.Compile(spec.RootElement, _data);
        var settings = TrainingSettings.Read(asked.RootElement.Clone(), report);
        if (compiled.Plan is { } plan && !report.HasErrors)
            DataSetFit.Check(plan, _data, settings, report);
        return compiled.Plan is null || report.HasErrors
            ? null
            : new(proposal.Id, proposal.Why, proposal.Patch, body, compiled, settings);
    }
}
