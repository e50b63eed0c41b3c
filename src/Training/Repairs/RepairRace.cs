using System.Diagnostics;
using System.Globalization;
using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Repairs;
using ConcatService.Domain.Telemetry;
using ConcatService.Training.Data;
using ConcatService.Training.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training.Repairs;

/// <summary>
/// Candidates against "change nothing", by successive halving: all of them for a twentieth of the job's steps, the best for three
/// twentieths. Each begins alike, sees the same batches, and is judged on the validation split alone.
/// </summary>
public static class RepairRace
{
    /// <summary>Of the job's steps, and at least so many: fewer tell nothing of a network.</summary>
    private static readonly (double Share, long Least)[] Rounds = [(0.05, 40), (0.15, 120)];

    private const int Seeds = 2;

    /// <summary>Candidates that stay for the last round, beside "change nothing".</summary>
    private const int Finalists = 2;

    /// <summary>Why a job cannot be raced; null where it can.</summary>
    public static string? Refusal(TrainingSettings settings, DataSetInfo data) =>
        settings.Epochs == 0 ? "The job trains nothing: there is no training to repair."
        : !HasValidation(settings, data) ? "The job has no validation split to judge repairs on: set settings.validation_split."
        : null;

    /// <summary>Races on the calling thread. Sets libtorch's thread count and random generator.</summary>
    /// <param name="order">What is to be mended.</param>
    /// <param name="candidates">The last one changes nothing.</param>
    /// <param name="checkpoint">The job's, of the order's step; null for the beginning.</param>
    /// <param name="weights">The job's initial weights; null for random ones.</param>
    /// <param name="progress">Told after each step.</param>
    /// <exception cref="OperationCanceledException">Someone asked for the end.</exception>
    public static RepairReport Run(
        RepairOrder order,
        IReadOnlyList<RepairCandidate> candidates,
        DataSet data,
        byte[]? checkpoint,
        StartWeights? weights,
        Action<RaceProgress> progress,
        CancellationToken stop
    )
    {
        var watch = Stopwatch.StartNew();
        var nothing = candidates[^1];
        var settings = Resolved(nothing, data);
        set_num_threads((int)settings.Threads.Given!.Value);
        var all = StepsOf(settings, data.Info);
        long[] rounds = [.. Rounds.Select(round => Math.Min(all, Math.Max(round.Least, (long)Math.Ceiling(round.Share * all))))];
        var step = checkpoint is not null && order.Checkpoint is { } at && all - at.Step >= rounds[^1] ? at.Step : 0;
        var start = new RaceStart(nothing.Plan, settings, step, step > 0 ? checkpoint : null, weights);
        long[] seeds = [.. Enumerable.Range(0, Seeds).Select(i => settings.Seed + i)];

        var legs = candidates.ToDictionary(
            candidate => candidate.Id,
            candidate => seeds.Select(seed => new RaceLeg(candidate, Resolved(candidate, data), seed)).ToArray()
        );
        try
        {
            var (running, done) = (candidates, 0L);
            var planned = Seeds * ((candidates.Count * rounds[0]) + (Math.Min(Finalists + 1, candidates.Count) * (rounds[^1] - rounds[0])));
            var entered = candidates.ToDictionary(candidate => candidate.Id, _ => 0);
            foreach (var until in rounds.Distinct())
            {
                foreach (var candidate in running)
                {
                    entered[candidate.Id]++;
                    for (var i = 0; i < Seeds; i++)
                    {
                        legs[candidate.Id][i].Run(data, start, weights?.Plan, until, rounds[^1], Tell(candidate, i), stop);
                        progress(new(candidate.Id, i, until, legs[candidate.Id][i].MeanLoss, done, planned, IsValidation: true));
                    }
                }

                if (until != rounds[^1])
                    running = [.. Best(running, legs).Take(Finalists), nothing];
            }

            return new Verdict(order, candidates, legs, entered, rounds.Distinct().Count()).Report(step, rounds, seeds, watch.Elapsed);

            Action<long, double> Tell(RepairCandidate candidate, int i) =>
                (number, loss) => progress(new(candidate.Id, i, number, loss, Math.Min(++done, planned), planned, IsValidation: false));
        }
        finally
        {
            foreach (var leg in legs.Values.SelectMany(each => each))
                leg.Dispose();
        }
    }

    private static IEnumerable<RepairCandidate> Best(IReadOnlyList<RepairCandidate> running, Dictionary<string, RaceLeg[]> legs) =>
        running.Where(candidate => !candidate.IsNothing).OrderBy(candidate => legs[candidate.Id].Average(leg => leg.MeanLoss));

    private static TrainingSettings Resolved(RepairCandidate candidate, DataSet data) =>
        candidate.Settings.Resolve(Machines.This(), DataBinding.Of(candidate.Plan, data.Info).Outputs(candidate.Plan, data.Info));

    private static long StepsOf(TrainingSettings settings, DataSetInfo data)
    {
        var batches = data.TrainingSamples(settings.ValidationSplit) / settings.BatchSize;
        return settings.Epochs * ((batches + settings.Accumulate - 1) / settings.Accumulate);
    }

    private static bool HasValidation(TrainingSettings settings, DataSetInfo data) =>
        data.ValidationSamples > 0 || data.TrainSamples > data.TrainingSamples(settings.ValidationSplit);

    /// <summary>Who is better than "change nothing", and whose findings are gone.</summary>
    private sealed class Verdict(
        RepairOrder order,
        IReadOnlyList<RepairCandidate> candidates,
        Dictionary<string, RaceLeg[]> legs,
        Dictionary<string, int> entered,
        int rounds
    )
    {
        private readonly RaceLeg[] _nothing = legs[RepairCandidate.Nothing];

        public RepairReport Report(long step, long[] rounds, long[] seeds, TimeSpan spent)
        {
            var judged = candidates.Select(Judge).ToList();
            var best = judged.Where(each => each.Accepted).OrderBy(each => each.Change).FirstOrDefault();
            var accepted = best is null ? null : candidates.First(candidate => candidate.Id == best.Id);
            return new(
                order.Job,
                order.Findings,
                order.Reported,
                step,
                rounds,
                seeds,
                _nothing[0].Losses.Length,
                judged,
                best?.Id,
                best is null
                    ? "No repair was proven: no change was better than none by its whole interval and with both seeds, and had the "
                        + "findings gone. Nothing is to be applied."
                    : string.Create(
                        CultureInfo.InvariantCulture,
                        $"{best.Why} The validation loss is {-best.Change!.Value:0.0000} lower than without a change (95 % interval "
                            + $"{-best.ChangeInterval![1]:0.0000} to {-best.ChangeInterval[0]:0.0000}), and the findings are gone. Nothing "
                            + $"has been applied: send 'body' to POST /v1/jobs."
                    ),
                accepted?.Body.DeepClone().AsObject(),
                judged.Sum(each => each.CostSteps),
                spent.TotalSeconds
            );
        }

        private CandidateReport Judge(RepairCandidate candidate)
        {
            var own = legs[candidate.Id];
            var left = order.Findings.Where(finding => own.Any(leg => Stands(finding, leg))).Select(each => each.Code).Distinct().ToList();
            var isFinal = entered[candidate.Id] == rounds;
            PairedChange? change = isFinal && !candidate.IsNothing ? PairedChange.Of(Means(_nothing), Means(own)) : null;
            var reason = Reason(candidate, own, change, left);
            var difference = own.Max(leg => leg.FirstDifference);
            return new(
                candidate.Id,
                candidate.Why,
                candidate.Patch.DeepClone().AsArray(),
                difference is null ? null : difference <= SameStart.Tolerance,
                difference is { } number && double.IsFinite(number) ? number : null,
                entered[candidate.Id],
                [.. own.Select(leg => double.IsFinite(leg.MeanLoss) ? leg.MeanLoss : (double?)null)],
                [.. own.Select(leg => double.IsFinite(leg.Score) ? leg.Score : 0)],
                change?.Mean,
                change is { } known && double.IsFinite(known.Low) ? [known.Low, known.High] : null,
                left,
                reason is null,
                reason ?? "Better than no change by its whole interval and with both seeds, and the findings are gone.",
                own.Sum(leg => leg.Steps),
                own.Sum(leg => leg.Spent.TotalSeconds)
            );
        }

        /// <summary>Why a candidate is not accepted; null where it is.</summary>
        private string? Reason(RepairCandidate candidate, RaceLeg[] own, PairedChange? change, List<string> left)
        {
            if (candidate.IsNothing)
                return "What the others are compared with.";
            if (own.Any(leg => leg.HasDiverged))
                return "Its training diverged.";
            if (change is not { } known)
                return "It was not among the best of the first round.";
            if (!(known.High < 0))
                return string.Create(
                    CultureInfo.InvariantCulture,
                    $"Its interval ({known.Low:0.0000} to {known.High:0.0000}) is not below 0: it may be no better than no change."
                );
            if (own.Zip(_nothing).Any(pair => pair.First.MeanLoss >= pair.Second.MeanLoss))
                return "It is better with one seed and not with the other.";
            if (own.Average(leg => leg.Score) < _nothing.Average(leg => leg.Score))
                return "Its loss is lower, and its score is lower as well.";
            return left.Count > 0 ? $"It is better, and {string.Join(", ", left)} still stands." : null;
        }

        private static double[] Means(RaceLeg[] own) =>
            [.. own[0].Losses.Select((_, i) => own.Average(leg => leg.Losses[i]))];

        private bool Stands(RepairFinding finding, RaceLeg leg) => finding.Code switch
        {
            "diverged" => leg.HasDiverged,
            "exploded" or "chance" => leg.HasDiverged || leg.Unsound.Any(reason => reason.Code == finding.Code),
            "unequal_inputs" => leg.StandsAnywhere("scaled"),
            _ when finding.Code.Contains('.') => leg.Candidate.Compiled.Report.Diagnostics.Any(found =>
                found.Code.Name == finding.Code && found.Layer == finding.Layer
            ),
            _ => finding.Layer is { } merge && leg.Stands(finding.Code, merge, BranchOf(finding)),
        };

        /// <summary>By its position: what stands at a branch's end gives it another name.</summary>
        private int? BranchOf(RepairFinding finding)
        {
            var node = ConcatNode.Of(candidates[^1].Plan).FirstOrDefault(node => node.Name == finding.Layer);
            var at = node?.Branches.ToList().FindIndex(branch => branch.Name == finding.Branch) ?? -1;
            return at < 0 ? null : at;
        }
    }
}

/// <summary>A step of a race, or the judgment after one.</summary>
/// <param name="Candidate">Its id.</param>
/// <param name="Seed">From 0.</param>
/// <param name="Step">Since the start of the race, from 1.</param>
/// <param name="Loss">Of the batch, or the mean of the validation samples.</param>
/// <param name="Done">Steps of all candidates so far.</param>
/// <param name="Planned">Steps of all candidates.</param>
public readonly record struct RaceProgress(string Candidate, int Seed, long Step, double Loss, long Done, long Planned, bool IsValidation);
