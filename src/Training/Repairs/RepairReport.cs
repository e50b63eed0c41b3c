using System.Text.Json.Nodes;
using ConcatService.Domain.Repairs;

namespace ConcatService.Training.Repairs;

/// <summary>What a race of repairs found.</summary>
/// <param name="Job">The job that was to be repaired.</param>
/// <param name="Findings">What was to be mended.</param>
/// <param name="Reported">What only other data mends.</param>
/// <param name="StartStep">The step of the job that the race began at; 0: from the beginning.</param>
/// <param name="Steps">How long each round was, in steps since the start.</param>
/// <param name="Seeds">Of initial weights, order and dropout. The split is the job's.</param>
/// <param name="ValidationSamples">By whose losses the candidates are compared.</param>
/// <param name="Candidates">In the order in which they were tried, "change nothing" last.</param>
/// <param name="Accepted">The id of the proven one, null: none was proven.</param>
/// <param name="Conclusion">For people.</param>
/// <param name="Body">What <c>POST /v1/jobs</c> takes to train with the accepted one; null without one.</param>
/// <param name="CostSteps">Of all candidates.</param>
/// <param name="CostSeconds">Of the whole race.</param>
public sealed record RepairReport(
    Guid Job,
    IReadOnlyList<RepairFinding> Findings,
    IReadOnlyList<RepairFinding> Reported,
    long StartStep,
    IReadOnlyList<long> Steps,
    IReadOnlyList<long> Seeds,
    long ValidationSamples,
    IReadOnlyList<CandidateReport> Candidates,
    string? Accepted,
    string Conclusion,
    JsonObject? Body,
    long CostSteps,
    double CostSeconds
);

/// <summary>How one candidate did.</summary>
/// <param name="Patch">RFC 6902 on <c>{ "architecture": …, "settings": … }</c>.</param>
/// <param name="FunctionPreserved">Whether its first answers were those of the unchanged network, to 1e-5 of the largest; null where the
/// race began with random weights, so that there was nothing to preserve.</param>
/// <param name="FirstDifference">The largest difference of its first answers, divided by the largest answer; null as above.</param>
/// <param name="Rounds">How many it ran; the best go on to the next.</param>
/// <param name="ValidationLosses">In its last round, one for each seed; null where it is not a number.</param>
/// <param name="ValidationScores">Accuracy, F1, R² or mean IoU, one for each seed.</param>
/// <param name="Change">Of the loss of a validation sample against "change nothing", the mean; below 0 is better. Null for that candidate
/// itself, and before the last round.</param>
/// <param name="ChangeInterval">95 %, paired by sample.</param>
/// <param name="FindingsLeft">Codes of the findings that still stood at its end, by any seed.</param>
/// <param name="Accepted">Whether it is proven: better by the whole interval, by either seed, and without the findings.</param>
/// <param name="Reason">Why, or why not.</param>
/// <param name="CostSteps">Of both seeds.</param>
/// <param name="CostSeconds">Of both seeds.</param>
public sealed record CandidateReport(
    string Id,
    string Why,
    JsonArray Patch,
    bool? FunctionPreserved,
    double? FirstDifference,
    int Rounds,
    IReadOnlyList<double?> ValidationLosses,
    IReadOnlyList<double> ValidationScores,
    double? Change,
    double[]? ChangeInterval,
    IReadOnlyList<string> FindingsLeft,
    bool Accepted,
    string Reason,
    long CostSteps,
    double CostSeconds
);
