using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes.Adapters;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>One way to repair a mismatch. It proposes freely: what does not compile is dropped.</summary>
public abstract class FixStrategy
{
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
        new EditTogether(),
        new EditGate(),
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
}
