using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Data;

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
        var job =
            RepairBase.Of(spec, settings, data)
            ?? throw new ArgumentException("The job's own spec does not compile.", nameof(spec));
        var found = new List<RepairCandidate>();
        foreach (var proposal in findings.SelectMany(job.Proposals.For).Concat(job.Proposals.General))
        {
            if (found.Count == Most - 1)
                break;
            if (found.Exists(each => each.Id == proposal.Id || JsonNode.DeepEquals(each.Patch, proposal.Patch)))
                continue;
            if (job.Make(proposal) is { } made)
                found.Add(made);
        }

        return [.. found, job.Nothing];
    }
}
