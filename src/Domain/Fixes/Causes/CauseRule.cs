using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>One kind of cause: a rule that recognizes it and names the layer to blame.</summary>
public abstract class CauseRule
{
    /// <summary>In the order of <see cref="CauseKinds"/>, but that some kinds have several rules; the first that holds decides.</summary>
    private static readonly CauseRule[] InOrder =
    [
        new RankDifference(),
        new DTypeDifference(),
        new MixedLayout(),
        new OtherLayout(),
        new WrongAxis(),
        new StretchedSize(),
        new OddSizeRounding(),
        new PaddingDifference(),
        new WrongInput(),
        new GivenSize(),
        new StrideDifference(),
        new OtherAxis(),
        new OneBranchDiffers(),
        new WidthDifference(),
        new SeveralDifferences(),
        new SymbolUnprovable(),
    ];

    public static Cause? Find(MergeCase merge) => InOrder.Select(rule => rule.Of(merge)).FirstOrDefault(cause => cause is not null);

    protected abstract Cause? Of(MergeCase merge);

    protected static Cause Blame(CauseKind kind, PlannedLayer? layer, string explanation) =>
        new(kind, layer?.Name, layer?.Path, explanation);
}
