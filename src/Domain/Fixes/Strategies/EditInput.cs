using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Adapters;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>
/// Asks for another size of an input that leads to one branch alone: windows of as many frames, a table of as many positions.
/// </summary>
internal sealed class EditInput : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (!merge.SameRank)
        {
            foreach (var column in AsVectors(merge))
                yield return column;
            yield break;
        }

        if (merge.Ancestor is not null)
            yield break;
        foreach (var branch in merge.Branches)
        {
            if (branch.Path is [{ Inputs: [] }, ..])
                continue;
            var first = branch.Path.Count > 0 ? branch.Path[0].Inputs[0] : merge.Merge.Inputs[branch.Index];
            if (merge.Compiled.Graph.Inputs.FirstOrDefault(input => input.Name == first.Source) is not { } input)
                continue;
            foreach (var target in merge.Targets.Where(other => other != branch && other.Shape.SameAxes(branch.Shape)))
            {
                var patch = new JsonArray();
                var (sizes, cuts, isOther, isSlip) = (new List<string>(), false, false, true);
                var isSameWay = IsSameWay(merge, branch, target);
                foreach (
                    var axis in MergeTargets.Differing(merge, branch.Shape, target.Shape).Select(position => target.Shape.Axes[position])
                )
                {
                    var wanted = isSameWay ? target.Start![axis].Known : Wanted(input.Shape, branch.Shape, target.Shape, axis);
                    if (wanted is not { } size || input.Shape[axis] == size)
                        continue;
                    sizes.Add(axis == Axis.Time ? $"{size} steps" : $"{axis.Name()} {size}");
                    cuts |= size < input.Shape[axis].Value;
                    isOther |= SizeGap.IsOtherScale(size, input.Shape[axis].Value);
                    isSlip &= SizeGap.IsSlip(size, input.Shape[axis].Value);
                    patch.Add(
                        (JsonNode)
                            new JsonObject
                            {
                                ["op"] = "replace",
                                ["path"] = input.Path["shape"][input.Shape.Position(axis) - 1].ToString(),
                                ["value"] = size,
                            }
                    );
                }

                // A table beside what is computed: it has as many rows as it is made with.
                var isTable = !merge.JoinsAxis && branch.Path.Count == 0 && target.Path.Count > 0;
                if (patch.Count > 0)
                    yield return new(
                        $"feed-{Slug(input.Name)}-{Slug(string.Join('-', sizes))}",
                        FixKind.Edit,
                        $"Feed {input.Name} with {string.Join(" and ", sizes)}, as {target.Name} has",
                        $"The network stays as it is; the samples of {input.Name} have to be cut or made so beforehand.",
                        isTable ? Loss.None
                            : isSameWay ? Loss.Resampled
                            : cuts ? Loss.Dropped
                            : isSlip ? Loss.MadeUp                             // a step more, of nothing
                            : Loss.None,
                        patch
                    )
                    {
                        IsForOneSize = true,
                        Gain = isOther && !isTable ? -1.5 : isSameWay && target.Index == 0 ? 0.1 : 0, // not a slip, but another rate
                        AtTheCause = isSameWay && !isOther,
                    };
            }
        }
    }

    // Two encoders that are the same, each with an input of its own: nothing but the inputs' sizes differs.
    private static bool IsSameWay(MergeCase merge, Branch branch, Branch target) =>
        merge.IsSpatial
        && branch.Path.Count > 0
        && target.Path.Count > 0
        && target.Path[0].Inputs is [var first, ..]
        && merge.Compiled.Graph.Inputs.Any(input => input.Name == first.Source)
        && merge.DifferingAxes.All(axis =>
            branch.Start!.Has(axis)
            && target.Start!.Has(axis)
            && branch.Scale(axis) is var scale
            && scale != Ratio.One
            && scale == target.Scale(axis)
        );

    // A table's columns are declared as the vector that they are.
    private static IEnumerable<Candidate> AsVectors(MergeCase merge)
    {
        foreach (var branch in merge.Branches.Where(merge.IsColumn))
        {
            if (
                merge.Compiled.Graph.Inputs.FirstOrDefault(each => each.Name == merge.Merge.Inputs[branch.Index].Source) is { } input
                && branch.Shape.ElementsPerSample is { } numbers
            )
                yield return new(
                    $"feed-{Slug(input.Name)}-{numbers}",
                    FixKind.Edit,
                    $"Feed {input.Name} as a vector of {numbers}",
                    $"The network stays as it is; the samples of {input.Name} are sent without their axis of one.",
                    Loss.None,
                    new PatchWriter(merge).Set(input.Path, "shape", new JsonArray(numbers)).Patch
                )
                {
                    IsForOneSize = true,
                };
        }
    }

    // The size that the branch's own was made from, by the same factor.
    private static long? Wanted(Shape input, Shape branch, Shape target, Axis axis) =>
        axis.IsSpatial()
        && input.Has(axis)
        && input[axis].Known is { } now
        && branch[axis].Known is { } before
        && target[axis].Known is { } after
            ? now == before
                ? after
                : now * after % before == 0
                    ? now * after / before
                    : null
            : null;
}
