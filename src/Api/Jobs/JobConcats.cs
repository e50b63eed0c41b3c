using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Memory;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/concats: what each branch of each concat brings and gets, by the newest sample, and what is wrong with it. While the
/// job runs and after.
/// </summary>
internal static class JobConcats
{
    /// <param name="Layer">The concat, or the layer that adds or multiplies its inputs.</param>
    /// <param name="Merge">Its type: <c>concat</c>, <c>add</c>, <c>average</c>, <c>multiply</c>.</param>
    /// <param name="Consumer">The layer that weighs what was joined; null where none does so branch by branch.</param>
    /// <param name="Step">Of the newest sample; null before the first.</param>
    /// <param name="NotJudged">Why the branches have no verdicts, where that does not mean that they are healthy: fewer than three samples,
    /// or telemetry is off. Null where they were judged.</param>
    public sealed record Joined(
        string Layer, string Merge, string? Consumer, long? Step, string? NotJudged, IReadOnlyList<Joining> Branches
    );

    /// <summary>One branch. Values are of the newest sample; null before the first, and where they cannot be measured.</summary>
    public sealed record Joining
    {
        /// <summary>As the spec writes it.</summary>
        public required string Name { get; init; }

        /// <summary>The layer or input that arrives here.</summary>
        public required string Source { get; init; }

        /// <summary>Its size along the joined axis; 0 where that is a symbol of the spec.</summary>
        public required long Channels { get; init; }

        public double? ActivationRms { get; init; }

        public double? GradientRms { get; init; }

        public double? GradientToActivation { get; init; }

        /// <summary>Of the squared gradients of all branches: 0 to 1.</summary>
        public double? GradientShare { get; init; }

        /// <summary>Of the squared weights of the consumer: 0 to 1.</summary>
        public double? WeightShare { get; init; }

        /// <summary>Of what the consumer computes; negative works against the others.</summary>
        public double? ContributionShare { get; init; }

        /// <summary>0 to 1.</summary>
        public double? DeadChannels { get; init; }

        public double? EffectiveRank { get; init; }

        /// <summary>CKA with the branch of this concat that is most similar, <see cref="MostAlike"/>.</summary>
        public double? Similarity { get; init; }

        /// <summary>The name of that branch.</summary>
        public string? MostAlike { get; init; }

        /// <summary>CKA with the targets.</summary>
        public double? TargetSimilarity { get; init; }

        /// <summary>What the network loses without the branch; null before the first evaluation that had time for it.</summary>
        public Counterfactual? Counterfactual { get; init; }

        /// <summary>Every signal that was measured of the branch, by its name: those above, and others that later versions add.</summary>
        public required IReadOnlyDictionary<string, double> Signals { get; init; }

        public required IReadOnlyList<BranchVerdict> Verdicts { get; init; }
    }

    /// <summary>A finding about a branch, with the number behind it.</summary>
    /// <param name="Code"><c>dead</c>, <c>scaled</c>, <c>starved</c>, <c>ignored</c>, <c>cancelling</c>, <c>duplicated</c>, <c>noise</c>,
    /// <c>collapsed</c>, <c>unused</c>, <c>redundant_pair</c> or <c>dominating</c>.</param>
    /// <param name="Severity"><c>warning</c> or <c>alarm</c>.</param>
    /// <param name="Message">Where, what, the numbers, what to do.</param>
    /// <param name="Signal">What was looked at.</param>
    /// <param name="Value">In the newest sample.</param>
    /// <param name="Threshold">What it was compared with in each of three samples or evaluations in a row.</param>
    /// <param name="Advice">Changes that compile and fit the data, the likeliest first, at most four; whether one helps, <c>POST
    /// /v1/jobs/{id}/repair</c> tells. Empty where only other data mends it, and behind the first sixteen verdicts of a job.</param>
    public sealed record BranchVerdict(
        string Code, string Severity, string Message, string Signal, double Value, double Threshold, IReadOnlyList<JobAdvice.Advised> Advice
    );

    /// <summary>The network on the same held-out samples without a branch and with it.</summary>
    /// <param name="Step">Of the evaluation.</param>
    /// <param name="Mean">The branch replaced by its mean over the batch.</param>
    /// <param name="Shuffle">The branch given its values of other samples.</param>
    public sealed record Counterfactual(long Step, Change Mean, Change Shuffle);

    /// <summary>Without the branch minus with it.</summary>
    /// <param name="Loss">Above 0: the branch is needed.</param>
    /// <param name="LossInterval">95 %, paired.</param>
    /// <param name="Accuracy">Below 0: the branch is needed. Null where the network has not one output that tells classes apart.</param>
    /// <param name="AccuracyInterval">95 %, paired.</param>
    public sealed record Change(double Loss, double[] LossInterval, double? Accuracy, double[]? AccuracyInterval);

    /// <param name="Overhead">What watching costs, as a share of the time of all steps; null before the first sample.</param>
    public sealed record Response(double? Overhead, IReadOnlyList<Joined> Concats);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        ConcatDb db,
        CompilerTurns turns,
        CancellationToken cancel
    )
    {
        if (await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel) is not { } job)
            return Problems.NotFound("job", id.ToString());
        var nodes = await TrainedConcats.OfAsync(job, turns, cancel);
        var newest = await NewestSamples.ReadAsync(db, id, nodes, cancel);
        var told = nodes
            .SelectMany(node =>
                node.Branches.Zip(newest.VerdictsOf(node))
                    .SelectMany(pair => pair.Second.Select(verdict => (Node: node, Branch: pair.First, Verdict: verdict)))
            )
            .ToList();
        var advice = await JobAdvice.OfAsync(job, told, caller, db, turns, cancel);
        var verdicts = told.Zip(advice).ToLookup(
            pair => (pair.First.Node.Name, pair.First.Branch.Name),
            pair => Show(pair.First.Verdict, pair.Second)
        );
        return TypedResults.Ok(new Response(newest.Overhead, [.. nodes.Select(node => Show(node, newest, verdicts, job))]));
    }

    private static BranchVerdict Show(Verdict found, IReadOnlyList<JobAdvice.Advised> advice) =>
        new(found.Code, found.Severity, found.Message, found.Signal, found.Value, found.Threshold, advice);

    private static Joined Show(ConcatNode node, NewestSamples newest, ILookup<(string, string), BranchVerdict> verdicts, Job job)
    {
        var activation = Signals.ActivationRms.SeriesOf(node, node.Branches[0]);
        var energy = node.Branches.Sum(branch => Math.Pow(Of(branch, Signals.GradientRms) ?? 0, 2) * branch.Width);
        return new(
            node.Name,
            node.Layer.Operator.Kind,
            node.Consumer?.Layer.Name,
            newest.StepOf(activation),
            Verdicts.ReasonForSilence(
                newest.CountOf(activation),
                TrainingSettings.Read(job.Settings, new Report()).Telemetry,
                job.FinishedAt is not null
            ),
            [.. node.Branches.Select(ShowBranch)]
        );

        double? Of(ConcatBranch branch, Signal signal) => newest.Last(signal.SeriesOf(node, branch));

        Joining ShowBranch(ConcatBranch branch)
        {
            var gradient = Of(branch, Signals.GradientRms);
            return new()
            {
                Name = branch.Name,
                Source = branch.Source.ToString(),
                Channels = branch.Width,
                ActivationRms = Of(branch, Signals.ActivationRms),
                GradientRms = gradient,
                GradientToActivation = Of(branch, Signals.GradientToActivation),
                GradientShare = energy > 0 ? gradient * gradient * branch.Width / energy : null,
                WeightShare = Of(branch, Signals.WeightShare),
                ContributionShare = Of(branch, Signals.ContributionShare),
                DeadChannels = Of(branch, Signals.DeadChannels),
                EffectiveRank = Of(branch, Signals.EffectiveRank),
                Similarity = Of(branch, Signals.Similarity),
                MostAlike = Of(branch, Signals.Twin) is { } twin ? node.Branches[(int)twin].Name : null,
                TargetSimilarity = Of(branch, Signals.TargetSimilarity),
                Counterfactual = CounterfactualOf(node, branch, newest),
                Signals = Signals.OfBranches.Concat(Signals.OfEvaluations)
                    .Select(signal => (signal.Name, Value: Of(branch, signal)))
                    .Where(signal => signal.Value is not null)
                    .ToDictionary(signal => signal.Name, signal => signal.Value!.Value),
                Verdicts = [.. verdicts[(node.Name, branch.Name)]],
            };
        }
    }

    private static Counterfactual? CounterfactualOf(ConcatNode node, ConcatBranch branch, NewestSamples newest)
    {
        return Of(Signals.Mean) is { } mean
            && Of(Signals.Shuffle) is { } shuffle
            && newest.StepOf(Signals.Shuffle.Loss.SeriesOf(node, branch)) is { } step
            ? new(step, mean, shuffle)
            : null;

        Change? Of(Signals.Change change) =>
            Last(change.Loss) is { } loss && Last(change.LossLow) is { } low && Last(change.LossHigh) is { } high
                ? new(loss, [low, high], Last(change.Accuracy), Interval(Last(change.AccuracyLow), Last(change.AccuracyHigh)))
                : null;

        double? Last(Signal signal) => newest.Last(signal.SeriesOf(node, branch));

        static double[]? Interval(double? low, double? high) => low is null || high is null ? null : [low.Value, high.Value];
    }
}
