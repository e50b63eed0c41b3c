using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Jobs;
using ConcatService.Api.Memory;
using ConcatService.Api.Quotas;
using ConcatService.Api.Requests;
using ConcatService.Domain.Studies;
using ConcatService.Persistence;
using ConcatService.Persistence.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Studies;

/// <summary>
/// POST /v1/studies: makes and checks every variant, says what the study can show, and queues its jobs, seed by seed, so that variants
/// that are stopped early cost least.
/// </summary>
internal static class CreateStudy
{
    private const string Route = "POST /v1/studies";

    public const string Example = $$"""
        { "architecture": {{Architectures.Examples.Valid}}, "dataset": "two-scale", "settings": { "epochs": 1 },
          "variants": ["none", "se", "only:coarse"], "seeds": 2 }
        """;

    public static async Task<IResult> Handle(
        JsonBody body,
        HttpContext http,
        Caller caller,
        ConcatDb db,
        JobControl control,
        TimeProvider time,
        JsonAnswers answers,
        CompilerTurns turns,
        TeamQuotas quotas,
        StartingWeights starting,
        StudyReading reading,
        CancellationToken cancel
    )
    {
        var once = Idempotency.Of(http.Request, caller, Route, body.Root, db);
        if (once is not null && await once.ReplayAsync(http, cancel) is { } replay)
            return replay;

        var request = StudyRequest.Read(body.Root);
        var data = await CreateJob.FindDataAsync(request.Job, caller, db, cancel);
        if (request.Job.Errors.Count > 0)
            return Problems.Invalid([.. request.Job.Errors]);
        var spec = request.Job.Architecture?.GetRawText() ?? await CreateJob.KeptSpecAsync(request.Job, caller, db, cancel);
        if (spec is null)
            return Problems.Invalid(
                new PointedError("/architecture_id", "not_found", $"There is no architecture '{request.Job.ArchitectureId}' here.")
            );

        if (TooLarge(request, body.Utf8.Length, spec.Length) is { } large)
            return large;
        StudyVariety variety;
        var written = JsonBody.Parse(spec);
        using (await turns.TakeAsync(written, cancel))
            variety = StudyVariety.Of(request, written, data!.Value.Info);
        if (variety.Refusal is { } refused)
            return refused;
        if (variety.Variants.Count < 2)
            return Problems.Invalid(
                new PointedError("/variants", "out_of_range", "A study compares at least two variants. Name one beside the baseline.")
            );
        var jobs = variety.Variants.Count * request.Seeds;
        if (jobs > StudyRequest.MostJobs)
            return Problems.Invalid(
                new PointedError(
                    "/seeds",
                    "out_of_range",
                    $"{variety.Variants.Count} variants with {request.Seeds} seeds are {jobs} jobs; a study has at most "
                        + $"{StudyRequest.MostJobs}. Take fewer."
                )
            );

        var study = new StudyMaker(request, spec, data.Value.Reference, variety, caller, time);
        await quotas.AdmitJobsAsync(caller.TeamId, study.ModelName, jobs, cancel);
        foreach (var variant in variety.Variants)
        {
            var admission = await Admission.OfAsync(variant.Plan!, data.Value.Bytes, variant.Settings, db, cancel);
            if (admission.Refusal is { } tooLarge)
                return tooLarge;
            var weights = await starting.FindAsync(variant.Plan!, variant.Settings, request.Job.SaysNormalize, caller, cancel);
            study.Add(variant, admission.PredictedBytes, weights);
        }

        var estimate = await StudyEstimate.OfAsync(db, caller.TeamId, data.Value, variety.Variants, request.Seeds, turns, cancel);
        var row = study.Row(answers.ToElement(Design(variety, request, jobs, estimate)));
        db.Add(row);
        db.AddRange(study.Links);
        var shown = answers.Write(reading.Show(row, study.Waiting, 1));
        var location = $"/v1/studies/{row.Id}";
        once?.Remember(StatusCodes.Status202Accepted, shown, location);
        try
        {
            await control.CreateAsync(study.Jobs, cancel);
        }
        catch (DbUpdateException conflict) when (once is not null && conflict.IsUniqueViolation())
        {
            db.ChangeTracker.Clear();                           // the same call was a moment faster, on this server or another
            return (await once.ReplayAsync(http, cancel))!;
        }

        return JsonAnswers.Accepted(http, shown, location);
    }

    /// <summary>Every variant is a spec that is compiled, and every job keeps its own.</summary>
    private static ProblemHttpResult? TooLarge(StudyRequest request, int body, int spec)
    {
        if (body > StudyRequest.MostBytes || spec > StudyRequest.MostBytes)
            return Problems.Invalid(
                new PointedError(
                    "/architecture",
                    "too_large",
                    $"A study takes at most {StudyRequest.MostBytes:N0} bytes of spec and patches; here are {Math.Max(body, spec):N0}."
                )
            );
        var all = (long)spec * request.Seeds * (request.Variants?.Count ?? 1);
        return all <= StudyRequest.MostSpecBytes
            ? null
            : Problems.Invalid(
                new PointedError(
                    "/seeds",
                    "too_large",
                    $"The specs of all jobs would have {all:N0} bytes; at most {StudyRequest.MostSpecBytes:N0} are kept. Take fewer seeds."
                )
            );
    }

    private static StudyDesign Design(StudyVariety variety, StudyRequest request, int jobs, StudyEstimate estimate)
    {
        var comparisons = variety.Variants.Count - 1;
        var (smallest, needed) = (
            StudyPower.SmallestDifference(request.Seeds, StudyPower.AssumedDeviation),
            StudyPower.SeedsForSignificance(comparisons)
        );
        return new(
            variety.Merges,
            [
                .. variety.Variants.Select(made => new StudyDesign.Variant(
                    made.Name,
                    JsonSerializer.SerializeToElement(made.Patch),
                    made.SettingsPatch is { } patch ? JsonSerializer.SerializeToElement(patch) : null,
                    made.Totals!.Parameters,
                    made.Totals.Macs,
                    made.IsMatched
                )),
            ],
            variety.LeftOut,
            new(
                jobs,
                estimate.Seconds,
                estimate.From,
                StudyPower.AssumedDeviation,
                smallest,
                needed,
                StudyNotes.Before(request, comparisons, smallest, needed, variety)
            )
        );
    }
}
