using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Adapters;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>One way to repair a mismatch. It proposes freely: what does not compile is dropped.</summary>
public abstract class FixStrategy
{
    // Weights and channels grow by its square; FCN-8s, the largest usual step, learns to enlarge by 8.
    private const long MostRatio = 8;

    private static readonly FixStrategy[] All =
    [
        new EditDataFormat(),
        new EditLayout(),
        new EditAxis(),
        new EditPadding(),
        new PadCausally(),
        new EditStride(),
        new UpsampleToSkip(),
        new EditRounding(),
        new EditAttribute(),
        new WidenKernels(),
        new OutputPadding(),
        new ResizeInput(),
        new PadInput(),
        new EditInput(),
        new Reroute(),
        new EditRank(),
        new EditElementType(),
        new Adapt(),
    ];

    public static IEnumerable<Candidate> ProposeAll(MergeCase merge, Cause cause) =>
        All.SelectMany(strategy => strategy.ProposeFor(merge, cause));

    /// <summary>What this strategy alone proposes.</summary>
    internal IEnumerable<Candidate> ProposeFor(MergeCase merge, Cause cause) =>
        Answers.Contains(cause.Kind) ? Propose(merge, cause).Select(candidate => candidate with { By = this }) : [];

    /// <summary>The kinds of cause that it answers. Default: all.</summary>
    protected virtual IReadOnlyList<CauseKind> Answers => CauseKinds.All;

    protected abstract IEnumerable<Candidate> Propose(MergeCase merge, Cause cause);

    /// <summary>For a target branch: every other branch whose spatial size differs from it.</summary>
    protected static List<Branch> Others(MergeCase merge, Branch target) =>
        [.. merge.Branches.Where(branch => branch != target && merge.DifferingAxes.Any(axis => branch.Shape[axis] != target.Shape[axis]))];

    /// <summary>The branches that a repair may bring the others to: one for each size that occurs, the most frequent first.</summary>
    protected static IEnumerable<Branch> Targets(MergeCase merge) =>
        merge
            .Branches.GroupBy(branch => branch.Shape.SpatialSizes)
            .OrderByDescending(group => group.Count())
            .Select(group => group.First());

    /// <summary>
    /// How many times as large the finer branch is on each spatial axis; null where that is no whole number, or more than 8.
    /// </summary>
    protected static long[]? Ratios(Branch fine, Branch coarse)
    {
        var axes = fine.Shape.SpatialAxes.ToList();
        var ratios = axes.Select(axis => WholeRatio(fine.Shape[axis], coarse.Shape[axis])).OfType<long>().ToArray();
        return ratios.Length == axes.Count ? ratios : null;
    }

    private static long? WholeRatio(Dim fine, Dim coarse) =>
        fine == coarse ? 1
        : fine.Known is { } many && coarse.Known is { } few && few > 0 && many % few == 0 && many / few <= MostRatio ? many / few
        : null;

    /// <summary>The type of a layer with 1d and 2d twins, for this many spatial axes.</summary>
    internal static string Twin(string family, Shape shape) => $"{family}{shape.SpatialAxes.Count()}d";

    protected static JsonObject Like(MergeCase merge, Branch target) =>
        new() { ["like"] = merge.NameOf(merge.Merge.Inputs[target.Index].Source) };
}
