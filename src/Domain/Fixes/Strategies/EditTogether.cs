using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Adapters;
using ConcatService.Domain.Fixes.Edits;
using ConcatService.Domain.Operators;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>
/// Gives the same attribute of one layer on every branch that differs the value that brings it to the size of one and the same branch: the
/// paddings of three poolings beside the map itself.
/// </summary>
internal sealed class EditTogether : FixStrategy
{
    /// <summary>What is farther from the merge is not looked at.</summary>
    private const int Farthest = 8;

    private const int MostBranches = 16;

    /// <summary>How many combinations are planned.</summary>
    private const int MostTrials = 6;

    /// <summary>They make another layer of it, or another scale, which branches differ in on purpose.</summary>
    private static readonly string[] Others = ["kernel_size", "dilation", "data_format", "stride", "scale_factor"];

    private sealed record Edit(PlannedLayer Layer, JsonNode Value);

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.IsSpatial || merge.Branches.Count is < 3 or > MostBranches)
            yield break;
        foreach (var (target, attribute, edits) in Possible(merge).Take(MostTrials))
        {
            if (
                merge.Again.Restores(
                    edits.ConvertAll(edit => edit.Layer),
                    layer => layer.Operator.With(attribute, edits.Find(edit => edit.Layer == layer)!.Value)
                )
            )
                yield return Candidate(merge, cause, target, attribute, edits);
        }
    }

    private static IEnumerable<(Branch Target, string Attribute, List<Edit> Edits)> Possible(MergeCase merge)
    {
        foreach (var target in merge.Targets)
        {
            var differing = merge.Branches.Where(branch => !MergeTargets.Fit(merge, branch.Shape, target.Shape)).ToList();
            if (differing.Count < 2)
                continue;
            foreach (var attribute in Attributes(differing[0]))
            {
                if (Edits(merge, differing, target, attribute) is { } edits)
                    yield return (target, attribute, edits);
            }
        }
    }

    private static IEnumerable<string> Attributes(Branch branch) =>
        branch
            .Path.Reverse()
            .Take(Farthest)
            .SelectMany(layer => layer.Operator.Edits)
            .Where(edit => edit.Effect == EditEffect.Sizes)
            .Select(edit => edit.Name)
            .Except(Others);

    private static List<Edit>? Edits(MergeCase merge, List<Branch> differing, Branch target, string attribute)
    {
        var edits = new List<Edit>();
        foreach (var branch in differing)
        {
            if (On(merge, branch, target, attribute) is not { } edit)
                return null;
            edits.Add(edit);
        }

        edits = [.. edits.DistinctBy(edit => edit.Layer.Path.ToString())];
        return edits.Count > 1 ? edits : null;
    }

    private static Edit? On(MergeCase merge, Branch branch, Branch target, string attribute)
    {
        foreach (var layer in branch.Path.Reverse().Take(Farthest))
        {
            if (layer.Operator.Edits.FirstOrDefault(edit => edit.Name == attribute) is not { } edit)
                continue;
            foreach (var value in AttributeEdits.Wanted(merge, layer, branch, target).SelectMany(wanted => edit.Solve(layer, wanted)))
            {
                if (layer.Operator.With(attribute, value) is { } changed && changed != layer.Operator)
                    return new(layer, value);
            }
        }

        return null;
    }

    private static Candidate Candidate(MergeCase merge, Cause cause, Branch target, string attribute, List<Edit> edits)
    {
        var patch = new PatchWriter(merge);
        foreach (var edit in edits)
            patch.Set(edit.Layer.Path, attribute, edit.Value.DeepClone());
        var each = Listed(edits.Select(edit => $"{merge.NameOf(edit.Layer.Name)} to {edit.Value.ToJsonString()}"));
        return new(
            $"{attribute.Replace('_', '-')}-together-{Slug(target.Name)}",
            FixKind.Edit,
            $"Set the {attribute.Replace('_', ' ')} of {each}",
            $"Every branch then has the size of {target.Name}, {target.Shape.SpatialSizes}; nothing else changes.",
            Loss.None,
            patch.Patch
        )
        {
            AtTheCause = edits.Exists(edit => edit.Layer.Path.ToString() == cause.Path?.ToString()),
            // A network that pads nothing crops, unless one of the branches is the map itself, whose size is then wanted.
            Gain = attribute == "padding" && merge.IsUnpadded && merge.Branches.All(branch => branch.Path.Count > 0) ? -2 : 0,
        };
    }
}
