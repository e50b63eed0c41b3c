using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// What speaks against a fix, as a sum of terms with names: the cheapest is offered first. The weights are fitted on reports of others and
/// on ConcatBench (docs/fixes.md).
/// </summary>
internal static class Cost
{
    /// <summary>A trunk is so many times as wide as what joins it.</summary>
    private const long TrunkWidth = 4;

    /// <summary>Which terms count, by name; a benchmark leaves one out to see what it is worth. Default: all.</summary>
    internal static Func<string, bool> Counts { get; set; } = _ => true;

    public static double Of(Proven fix, MergeCase? merge) => Terms(fix, merge).Where(term => Counts(term.Name)).Sum(term => term.Cost);

    public static IEnumerable<(string Name, double Cost)> Terms(Proven fix, MergeCase? merge)
    {
        var candidate = fix.Candidate;
        yield return ("errors that it brings to light", 50 * fix.NewErrors);
        yield return ("an input of a merge or a layer is lost", candidate.Kind == FixKind.Drop ? 100 : 0);
        yield return ("edits one attribute of a layer that is the odd one out", candidate.AtTheCause ? -3 : 0);
        yield return ("only promises sizes", candidate.IsPromise ? 6 : 0);
        yield return ("holds for some sizes", 0.5 * Math.Min(4, fix.Conditions));
        yield return ("is for one size of the input", candidate.IsForOneSize ? 1.5 : 0);
        yield return ("changes outputs that were right", candidate.IsForOneSize ? 0 : 3 * fix.ChangedOutputs);
        yield return ("changes merges that were right", candidate.IsForOneSize ? 0 : 2 * Math.Min(2, fix.ChangedMerges));
        yield return ("changes the width of layers beside", candidate.IsWidth && fix.ChangesBeside ? 0.5 : 0);
        yield return ("takes the stride from the start of a stage", candidate.IsOfTransition ? 0.8 : 0);
        yield return ("layers put on the way", candidate.Kind == FixKind.Adapter ? 1 : 0);
        yield return ("changes beyond the first", 0.3 * (candidate.Steps - 1));
        yield return ("what is lost", Of(candidate.Loss));
        yield return ("weights", fix.Fix.AddedParameters > 0 ? 0.3 + (Math.Log10(fix.Fix.AddedParameters) / 30) : 0);
        yield return ("multiply-accumulates", fix.Fix.AddedMacs is > 0 and var macs ? Math.Log10(macs) / 100 : 0);
        yield return ("less usual than before", -Math.Clamp(candidate.Gain, -3, 3));
        if (merge is null)
            yield break;
        yield return ("an output as large as the input", fix.GivesInputSize && merge.Branches.Any(Enlarges) ? -1 : 0);
        yield return ("sees the future in a causal network", merge.IsCausal && !candidate.IsCausal ? 5 : 0);
        yield return (
            "brings what the network is built for to the other size",
            candidate.Adapted.Any(one => IsTrunk(merge, one, candidate)) ? 1.2 : 0
        );
        yield return ("most of it is cut off", candidate.Adapted.Any(one => IsMostlyCut(merge, one, candidate)) ? 1 : 0);
        yield return ("narrows a wider branch", 0.7 * candidate.Adapted.Count(one => IsNarrowed(merge, one, candidate)));
        yield return ("undoes what the branch did before", candidate.Adapted.Any(one => Undoes(merge, one, candidate)) ? 1.5 : 0);
        yield return (
            "other readers of what is adapted",
            0.1 * Math.Min(3, candidate.Adapted.Sum(one => Math.Max(0, merge.Readers(one) - 1)))
        );
    }

    private static double Of(Loss loss) =>
        loss switch
        {
            Loss.None => 0,
            Loss.Resampled => 0.4,
            Loss.MadeUp => 0.6,
            Loss.Dropped => 0.9,
            _ => 2.5,
        };

    // A skip stays as it is where the decoder comes back to it; the wide deep branch stays where a narrow one joins it.
    private static bool IsTrunk(MergeCase merge, Branch adapted, Candidate candidate)
    {
        if (candidate.Target is not { } target || !IsResized(merge, adapted, target))
            return false;
        var (own, other) = (Enlarges(adapted), Enlarges(target));
        if (own || other)
            return other && !own;
        if (!merge.JoinsAxis && adapted.Path.Any(Weighs) != target.Path.Any(Weighs))
            return adapted.Path.Any(Weighs); // a block beside its shortcut
        return merge.Branches.Count == 2
            && adapted.Shape.Has(Axis.Channels)
            && target.Shape.Has(Axis.Channels)
            && adapted.Shape[Axis.Channels].Known is { } width
            && target.Shape[Axis.Channels].Known is { } beside
            && width >= TrunkWidth * beside;
    }

    // Made larger and then smaller again, with no other branch joined between.
    private static bool Undoes(MergeCase merge, Branch adapted, Candidate candidate) =>
        candidate.Target is { } target
        && IsResized(merge, adapted, target)
        && merge.DifferingAxes.All(axis => !adapted.Shape.Has(axis) || adapted.Shape[axis].Known > target.Shape[axis].Known)
        && adapted.Path.Reverse().TakeWhile(layer => layer.Inputs.Length == 1).Any(Enlarges);

    private static bool IsMostlyCut(MergeCase merge, Branch adapted, Candidate candidate) =>
        candidate is { Cuts: true, Target: { } target }
        && IsResized(merge, adapted, target)
        && merge.DifferingAxes.Any(axis =>
            adapted.Shape[axis].Known is { } own
            && target.Shape[axis].Known is { } kept
            && kept < own
            && SizeGap.IsOtherScale(kept, own)
        );

    private static bool IsNarrowed(MergeCase merge, Branch adapted, Candidate candidate) =>
        !merge.JoinsAxis
        && candidate.Target is { } target
        && adapted.Shape.Has(Axis.Channels)
        && target.Shape.Has(Axis.Channels)
        && target.Shape[Axis.Channels].Known < adapted.Shape[Axis.Channels].Known;

    private static bool IsResized(MergeCase merge, Branch adapted, Branch target) =>
        merge.SameRank && adapted.Shape.SameAxes(target.Shape) && adapted.Shape.SpatialSizes != target.Shape.SpatialSizes;

    private static bool Weighs(PlannedLayer layer) => layer.Operator.Effect.Has(Effect.Weighs);

    private static bool Enlarges(Branch branch) => branch.Path.Any(Enlarges);

    private static bool Enlarges(PlannedLayer layer) =>
        layer.Operator.Resampling is not null || layer.Operator.Window is { IsTransposed: true };
}
