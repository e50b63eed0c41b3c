using System.Globalization;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Studies;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Studies;
using ConcatService.Pictures.Plotting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace ConcatService.Api.Studies;

/// <summary>GET /v1/studies/{id}/report and plot.svg: every variant against the baseline, by the seeds that have ended so far.</summary>
internal static class StudyReport
{
    /// <param name="IsFinal">Whether nothing more will come.</param>
    /// <param name="Measure"><c>test_accuracy</c>, 0 to 1, or <c>-test_loss</c>; higher is better.</param>
    /// <param name="Comparisons">In the order of the variants; differences are in the measure's own unit.</param>
    /// <param name="Failed">Jobs that ended without a result, and were not cancelled.</param>
    /// <param name="Notes">How it was worked out, and what limits it.</param>
    public sealed record Response(
        Guid Id,
        string Name,
        string State,
        bool IsFinal,
        string Measure,
        string Baseline,
        double? BaselineMean,
        IReadOnlyList<StudyComparison> Comparisons,
        int Failed,
        IReadOnlyList<string> Notes
    );

    public static async Task<Results<Ok<Response>, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        StudyReading reading,
        CancellationToken cancel
    ) =>
        await reading.FindAsync(caller, id, cancel) is var (study, rows)
            ? TypedResults.Ok(Of(study, rows, reading.DesignOf(study)))
            : Problems.NotFound("study", id.ToString());

    public static async Task<Results<ContentHttpResult, ProblemHttpResult>> Draw(
        Guid id,
        Caller caller,
        StudyReading reading,
        CancellationToken cancel
    )
    {
        if (await reading.FindAsync(caller, id, cancel) is not var (study, rows))
            return Problems.NotFound("study", id.ToString());
        var (report, measure) = (Of(study, rows, reading.DesignOf(study)), StudyRow.MeasureOf(rows));
        var plot = new ForestPlot(
            $"{study.Name} on {study.Dataset}",
            $"difference of {(measure == StudyMeasure.Accuracy ? "test accuracy, in points" : "minus the test loss")}, to {study.Baseline}",
            [
                .. report.Comparisons.Select(each => new ForestRow(
                    each.Variant,
                    each.MeanDifference * measure.Scale,
                    each.Interval is [var low, _] ? low * measure.Scale : null,
                    each.Interval is [_, var high] ? high * measure.Scale : null,
                    each.MeanDifference is { } mean
                        ? $"{measure.Signed(mean)}, {Seeds(each.Seeds)}{(each.StoppedAfter is null ? "" : ", stopped")}"
                        : "no seed yet",
                    each.IsSignificant
                )),
            ]
        );
        return TypedResults.Content(ForestSvg.Draw(plot), "image/svg+xml; charset=utf-8");
    }

    private static string Seeds(int count) => $"{count} seed{(count == 1 ? "" : "s")}";

    private static Response Of(Study study, List<StudyRow> rows, StudyDesign design)
    {
        var measure = StudyRow.MeasureOf(rows);
        var values = design
            .Variants.Select(variant =>
                (variant.Name, (IReadOnlyDictionary<long, double>)StudyRow.ValuesOf(rows, variant.Name, measure))
            )
            .ToList();
        var comparisons = StudyComparison.Of(measure, study.Baseline, values, StudyReading.StoppedOf(study));
        var standard = values.Find(each => each.Name == study.Baseline).Item2;
        var state = StudyReading.StateOf(study.CancelledAt is not null, [.. rows.Select(row => row.JobState)]);
        return new(
            study.Id,
            study.Name,
            state,
            state is "finished" or "cancelled",
            measure.Name,
            study.Baseline,
            standard.Count > 0 ? standard.Values.Average() : null,
            comparisons,
            rows.Count(row => row.JobState == JobState.Failed),
            [.. Notes(comparisons, rows, design)]
        );
    }

    private static IEnumerable<string> Notes(IReadOnlyList<StudyComparison> comparisons, List<StudyRow> rows, StudyDesign design)
    {
        yield return "Same seed, same split and same batches for every variant. Intervals: BCa bootstrap of the mean of the paired "
            + $"differences, {BootstrapInterval.Resamples.ToString("N0", CultureInfo.InvariantCulture)} resamples, not corrected for "
            + "several variants. Tests: sign-flip, two-sided, Holm over the variants.";
        var needed = design.Plan.SeedsForSignificance;
        if (comparisons.Count > 0 && comparisons.Max(each => each.Seeds) < needed)
            yield return $"Nothing can be significant with fewer than {needed} seeds and {comparisons.Count} "
                + $"comparison{(comparisons.Count == 1 ? "" : "s")}.";
        if (comparisons.Any(each => each.StoppedAfter is not null))
            yield return "Variants that were stopped early have fewer seeds: looking after every seed makes their intervals a little too "
                + "short.";
        if (rows.Count(row => row.JobState == JobState.Failed) is > 0 and var failed)
            yield return failed == 1
                ? "A job failed; its seed is left out for that variant."
                : $"{failed} jobs failed; their seeds are left out for those variants.";
        if (design.Variants.Select(variant => variant.Parameters).Distinct().Count() > 1)
            yield return "The variants have different numbers of parameters, which may be the cause of a difference.";
    }
}
