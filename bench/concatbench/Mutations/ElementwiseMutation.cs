using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>The strides, paddings, layouts and ranks of other classes at merges that add, multiply, average or take the maximum.</summary>
public sealed class ElementwiseMutation : Mutation
{
    /// <summary>Edits of each kind that are taken over, so that no kind is lost among the others.</summary>
    private const int Taken = 4;

    private static readonly Mutation[] Kinds =
    [
        new StrideMutation(),
        new PaddingMutation(),
        new LayoutMutation(),
        new RankMutation(),
    ];

    public override string Class => "elementwise";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        if ((SummedNetwork.Of(original) ?? (original.WrittenLayers.Any(IsSum) ? original : null)) is not { } summed)
            yield break;
        foreach (var kind in Kinds)
        {
            foreach (var mutant in Spread(Of(kind, summed), Taken))
                yield return mutant;
        }

        if (summed.Opened is not { } opened || opened == summed)
            yield break;
        foreach (var kind in Kinds)
        {
            foreach (var mutant in Spread(Of(kind, opened), 1))
                yield return mutant;
        }

        bool IsSum(WrittenLayer layer) => IsElementwise(layer) || layer.In(original.Spec)["merge"] is not null;
    }
}
