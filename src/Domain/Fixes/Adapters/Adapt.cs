using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Adapters;

/// <summary>
/// Brings every branch to what one of them is: by a cast, a reshape, a permute, another size, another width, whatever of these it takes.
/// </summary>
internal sealed class Adapt : Strategies.FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        var seen = new HashSet<string>();
        foreach (var target in merge.Targets)
        {
            foreach (var resizing in Enum.GetValues<Resizing>())
            {
                foreach (var reduction in Enum.GetValues<Reduction>())
                {
                    if (Bring(merge, cause, target, resizing, reduction) is { } candidate && seen.Add(candidate.Patch.ToJsonString()))
                        yield return candidate;
                }
            }
        }
    }

    private static Candidate? Bring(MergeCase merge, Cause cause, Branch target, Resizing resizing, Reduction reduction)
    {
        var patch = new PatchWriter(merge);
        var ways = new List<(Branch Branch, List<Step> Steps)>();
        foreach (var branch in merge.Branches)
        {
            var steps = new Way(merge, branch, target, resizing, reduction).Steps();
            if (steps is null || !steps.All(step => patch.Insert(branch.Index, step.Suffix, step.Layer)))
                return null;
            if (steps.Count > 0)
                ways.Add((branch, steps));
        }

        if (ways.Count == 0)
            return null;
        var all = ways.SelectMany(way => way.Steps).ToList();
        return new(
            Id(ways, target),
            FixKind.Adapter,
            Title(merge, ways, target),
            string.Join(" ", all.Select(step => step.Effect).Distinct()),
            all.Max(step => step.Loss),
            patch.Patch
        )
        {
            Gain = GainOf(merge, cause, resizing, all) - (ways.Exists(way => AveragesGiven(merge, way)) ? 1 : 0),
            AtTheCause = cause.Kind == CauseKinds.MixedLayout && ways.Count == 1 && all.TrueForAll(step => step.Verb == "permute"),
            Adapted = [.. ways.Select(way => way.Branch)],
            Target = target,
            Steps = all.Count,
            Cuts = all.Exists(step => step.Verb is "crop" or "cut"),
            IsCausal = all.TrueForAll(step => step.Verb == "cut" && step.Layer.ContainsKey("start")),
        };
    }

    // The mean of a picture that no layer has looked at says next to nothing, and that of a table's columns nothing.
    private static bool AveragesGiven(MergeCase merge, (Branch Branch, List<Step> Steps) way) =>
        way.Branch.Path.Count == 0
        && (way.Branch.Shape.SpatialAxes.Count() > 1 || merge.IsColumn(way.Branch))
        && way.Steps.Exists(step => (string?)step.Layer["type"] == "global_avg_pool");

    private static double GainOf(MergeCase merge, Cause cause, Resizing resizing, List<Step> steps)
    {
        if (cause.Kind != CauseKinds.PaddingDifference)
            return 0;
        return resizing == Resizing.Resample ? -0.8 // it shifts what lies side by side
            : steps.TrueForAll(step => step.Verb == "crop") && merge.IsUnpadded && !merge.IsSideBySide ? 2.5
            : 0;
    }

    private static string Id(List<(Branch Branch, List<Step> Steps)> ways, Branch target)
    {
        var verbs = string.Join('-', ways.SelectMany(way => way.Steps).Select(step => step.Verb).Distinct());
        return ways is [var (branch, _)] && verbs is not ("crop" or "pad" or "project") ? $"{verbs}-{Slug(branch.Name)}"
            : ways.Count > 1 && verbs is "pool" or "upsample" or "pool-upsample" or "upsample-pool" ? $"resample-to-{Slug(target.Name)}"
            : $"{verbs}-to-{Slug(target.Name)}";
    }

    private static string Title(MergeCase merge, List<(Branch Branch, List<Step> Steps)> ways, Branch target)
    {
        if (ways is [var (_, steps)])
            return steps.Count == 1 ? steps[0].Title : Joined(steps);
        var names = Listed(ways.Select(way => way.Branch.Name));
        var size = target.Shape.SpatialAxes.Any() ? target.Shape.SpatialSizes : target.Shape.Sizes;
        return ways.SelectMany(way => way.Steps).Select(step => step.Verb).Distinct().ToList() switch
        {
            ["cast"] => $"Cast {names} to float32",
            ["crop"] => $"Crop {names} to the {size} of {target.Name}",
            ["pad"] => $"Pad {names} to the {size} of {target.Name}",
            ["cut"] => $"Cut the start of {names} to the {size} steps of {target.Name}",
            ["project"] => $"Project {names} to the {target.Shape[Axis.Channels]} channels of {target.Name}",
            ["pool"] or ["upsample"] or ["pool", "upsample"] or ["upsample", "pool"] =>
                $"Bring every branch to the {size} of {target.Name}",
            _ => string.Join("; ", ways.Select((way, i) => i == 0 ? Joined(way.Steps) : Lowered(Joined(way.Steps)))),
        };
    }

    private static string Joined(List<Step> steps) =>
        string.Join(", then ", steps.Select((step, i) => i == 0 ? step.Title : Lowered(step.Title)));

    private static string Lowered(string title) => $"{char.ToLowerInvariant(title[0])}{title[1..]}";
}
