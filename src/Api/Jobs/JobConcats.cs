using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Domain.Telemetry;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/concats: what each branch of each concat brings and gets, by the newest sample, and what is wrong with it. While the
/// job runs and after.
/// </summary>
internal static class JobConcats
{
    /// <param name="Layer">The concat.</param>
    /// <param name="Consumer">The layer that weighs what was joined; null where none does so branch by branch.</param>
    /// <param name="Step">Of the newest sample; null before the first.</param>
    public sealed record Joined(string Layer, string? Consumer, long? Step, IReadOnlyList<Joining> Branches);

    /// <param name="Name">As the spec writes it.</param>
    /// <param name="Channels">Its size along the joined axis; 0 where that is a symbol of the spec.</param>
    /// <param name="GradientShare">Of the squared gradient RMS of all branches.</param>
    /// <param name="WeightShare">Of the squared weights of the consumer.</param>
    /// <param name="ContributionShare">Of what the consumer computes; negative works against the others.</param>
    /// <param name="DeadChannels">0 to 1.</param>
    /// <param name="Similarity">CKA with the branch of this concat that is most alike, <paramref name="MostAlike"/>.</param>
    /// <param name="TargetSimilarity">CKA with the targets.</param>
    public sealed record Joining(
        string Name,
        string Source,
        long Channels,
        double? ActivationRms,
        double? GradientRms,
        double? GradientToActivation,
        double? GradientShare,
        double? WeightShare,
        double? ContributionShare,
        double? DeadChannels,
        double? EffectiveRank,
        double? Similarity,
        string? MostAlike,
        double? TargetSimilarity,
        IReadOnlyList<Verdict> Verdicts
    );

    /// <param name="Overhead">What watching costs, as a share of the time of all steps; null before the first sample.</param>
    public sealed record Response(double? Overhead, IReadOnlyList<Joined> Concats);

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(Guid id, Caller caller, ConcatDb db, CancellationToken cancel)
    {
        if (await db.Jobs.AsNoTracking().SingleOrDefaultAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel) is not { } job)
            return Problems.NotFound("job", id.ToString());
        var nodes = TrainedConcats.Of(job);
        var newest = await NewestSamples.ReadAsync(db, id, nodes, cancel);
        return TypedResults.Ok(new Response(newest.Overhead, [.. nodes.Select(node => Show(node, newest))]));
    }

    private static Joined Show(ConcatNode node, NewestSamples newest)
    {
        var verdicts = newest.VerdictsOf(node);
        var energy = node.Branches.Sum(branch => Math.Pow(Of(branch, Signals.GradientRms) ?? 0, 2) * branch.Width);
        return new(
            node.Name,
            node.Consumer?.Layer.Name,
            newest.StepOf(Signals.Name(node, node.Branches[0], Signals.ActivationRms)),
            [.. node.Branches.Zip(verdicts, ShowBranch)]
        );

        double? Of(ConcatBranch branch, string signal) => newest.Last(Signals.Name(node, branch, signal));

        Joining ShowBranch(ConcatBranch branch, IReadOnlyList<Verdict> found)
        {
            var gradient = Of(branch, Signals.GradientRms);
            return new(
                branch.Name,
                branch.Source.ToString(),
                branch.Width,
                Of(branch, Signals.ActivationRms),
                gradient,
                Of(branch, Signals.GradientToActivation),
                energy > 0 ? gradient * gradient * branch.Width / energy : null,
                Of(branch, Signals.WeightShare),
                Of(branch, Signals.ContributionShare),
                Of(branch, Signals.DeadChannels),
                Of(branch, Signals.EffectiveRank),
                Of(branch, Signals.Similarity),
                Of(branch, Signals.Twin) is { } twin ? node.Branches[(int)twin].Name : null,
                Of(branch, Signals.TargetSimilarity),
                found
            );
        }
    }
}
