using System.Text.Json.Nodes;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults.Mutations;

/// <summary>A branch that was made a vector before it is joined, or one that was not.</summary>
public sealed class RankMutation : Mutation
{
    public override string Class => "rank";

    public override IEnumerable<Mutant> Of(Subject subject)
    {
        foreach (var merge in Merges(subject))
        {
            foreach (var type in new[] { "flatten", "global_avg_pool" })
            {
                foreach (var mutant in Insert(subject, merge, type, () => new() { ["type"] = type }))
                    yield return mutant;
            }
        }

        foreach (var site in subject.Sites.Where(site => site.Type is "global_avg_pool" or "global_max_pool"))
        {
            yield return Edit(subject, site, "keep_dims", layer => layer["keep_dims"] = true);
            if (Without(subject, site) is { } spec)
                yield return new(Class, $"{site.Type} taken away at {site.Pointer}", subject, spec, null) { TookAway = true };
        }
    }

    // The layer before it takes its name, so that what reads it reads that.
    private static JsonObject? Without(Subject subject, Site site)
    {
        var spec = (JsonObject)subject.Spec.DeepClone();
        var list = site.ListIn(spec);
        if (site.Index == 0 || list[site.Index]!["inputs"] is not null)
            return null;
        if (list[site.Index]!["name"] is { } name)
            list[site.Index - 1]!["name"] = name.DeepClone();
        list.RemoveAt(site.Index);
        return spec;
    }
}
