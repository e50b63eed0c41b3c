using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Data;

namespace ConcatService.Domain.Repairs;

/// <summary>A change of a job that a finding advises. It compiles and fits the data; whether it helps, a repair tells.</summary>
/// <param name="Id">Stable: <c>leaky_relu</c>.</param>
/// <param name="Why">What it does, a sentence.</param>
/// <param name="Patch">RFC 6902 on <c>{ "architecture": …, "settings": … }</c>.</param>
public sealed record Advice(string Id, string Why, JsonArray Patch)
{
    /// <summary>Of more findings, those that come first have advice: each candidate is compiled.</summary>
    public const int MostFindings = 16;

    /// <summary>What each finding advises, the likeliest first; nothing where only other data mends it. At most four each.</summary>
    /// <param name="spec">As the job has it.</param>
    /// <param name="settings">As the job has them.</param>
    /// <param name="data">The job's.</param>
    /// <returns>A list for each finding.</returns>
    public static IReadOnlyList<IReadOnlyList<Advice>> For(
        JsonElement spec,
        JsonElement settings,
        DataSetInfo data,
        IReadOnlyList<RepairFinding> findings
    )
    {
        if (!findings.Any(finding => FindingKinds.IsMendable(finding.Code)) || RepairBase.Of(spec, settings, data) is not { } job)
            return [.. findings.Select(_ => Array.Empty<Advice>())];
        var compiles = new Dictionary<string, bool>();
        return
        [
            .. findings.Select((finding, at) =>
                at < MostFindings && FindingKinds.IsMendable(finding.Code)
                    ? job.Proposals.For(finding).Where(Compiles).Take(4).Select(each => new Advice(each.Id, each.Why, each.Patch)).ToArray()
                    : []
            ),
        ];

        bool Compiles(Proposal proposal)
        {
            var key = proposal.Patch.ToJsonString();
            if (!compiles.TryGetValue(key, out var does))
                compiles[key] = does = job.Make(proposal) is not null;
            return does;
        }
    }
}
