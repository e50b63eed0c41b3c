using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Adapters;

/// <summary>What the branches of a merge may be brought to: one branch of each shape that occurs.</summary>
internal static class MergeTargets
{
    /// <summary>A merge of a hundred inputs, each of another size, is not brought to every one of them.</summary>
    private const int Most = 8;

    /// <summary>The most frequent shape first.</summary>
    public static List<Branch> Of(MergeCase merge) =>
        [
            .. merge
                .Branches.GroupBy(branch => Signature(merge, branch.Shape))
                .OrderByDescending(group => group.Count())
                .Select(group => group.First())
                .Take(Most),
        ];

    /// <summary>Whether the merge takes this shape beside the target's.</summary>
    public static bool Fit(MergeCase merge, Shape shape, Shape target) =>
        shape.SameAxes(target) && shape.DType == target.DType && !Differing(merge, shape, target).Any();

    /// <summary>The positions at which a shape with the target's axes does not fit beside it.</summary>
    public static IEnumerable<int> Differing(MergeCase merge, Shape shape, Shape target)
    {
        var joined = merge.JoinedPosition(target);
        for (var i = 1; i < target.Rank; i++)
        {
            if (i == joined || shape.Dims[i] == target.Dims[i])
                continue;
            if (!merge.JoinsAxis && (shape.Dims[i] == 1 || target.Dims[i] == 1))
                continue; // an element-wise merge stretches it
            yield return i;
        }
    }

    private static string Signature(MergeCase merge, Shape shape)
    {
        var joined = merge.JoinedPosition(shape);
        return string.Join(
            ' ',
            shape.Axes.Skip(1).Select((axis, i) => $"{axis} {(i + 1 == joined ? "joined" : shape.Dims[i + 1].ToString())}")
        );
    }
}
