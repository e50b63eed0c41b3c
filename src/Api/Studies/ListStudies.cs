using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Jobs;
using ConcatService.Api.Paging;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Studies;

/// <summary>GET /v1/studies: the team's own, newest first, without their jobs.</summary>
internal static class ListStudies
{
    /// <param name="State"><c>queued</c>, <c>running</c>, <c>finished</c>, <c>cancelling</c> or <c>cancelled</c>.</param>
    /// <param name="Jobs">All that are still there.</param>
    /// <param name="Ended">Of these.</param>
    public sealed record StudySummary(
        Guid Id,
        string Name,
        string State,
        string Dataset,
        string Baseline,
        IReadOnlyList<string> Variants,
        int Seeds,
        int Jobs,
        int Ended,
        DateTimeOffset CreatedAt,
        DateTimeOffset? FinishedAt
    );

    public static async Task<Ok<Page<StudySummary>>> Handle(
        PageQuery page,
        Caller caller,
        ConcatDb db,
        JsonAnswers answers,
        CancellationToken cancel
    )
    {
        var after = page.AfterId;
        var studies = await db
            .Studies.AsNoTracking()
            .Where(study => study.TeamId == caller.TeamId && (after == null || study.Id < after))
            .OrderByDescending(study => study.Id)
            .Take(page.Limit + 1)
            .Select(study => new Listed(                                                        // without the specs, which may be large
                study.Id, study.Name, study.Dataset, study.Baseline, study.Seeds, study.Design, study.CreatedAt, study.FinishedAt,
                study.CancelledAt
            ))
            .ToListAsync(cancel);
        var ids = studies.ConvertAll(study => study.Id);
        var states = (
            await db
                .StudyJobs.Where(link => ids.Contains(link.StudyId))
                .Join(db.Jobs, link => link.JobId, job => job.Id, (link, job) => new { link.StudyId, job.State })
                .ToListAsync(cancel)
        ).ToLookup(row => row.StudyId, row => row.State);
        return TypedResults.Ok(page.Of(studies, study => study.Id, study => Shown(study, [.. states[study.Id]])));

        StudySummary Shown(Listed study, List<JobState> jobs) =>
            new(
                study.Id,
                study.Name,
                StudyReading.StateOf(study.CancelledAt is not null, jobs),
                study.Dataset,
                study.Baseline,
                [.. answers.Read<StudyDesign>(study.Design).Variants.Select(variant => variant.Name)],
                study.Seeds,
                jobs.Count,
                jobs.Count(state => state.IsTerminal()),
                study.CreatedAt,
                study.FinishedAt
            );
    }

    private sealed record Listed(
        Guid Id,
        string Name,
        string Dataset,
        string Baseline,
        int Seeds,
        JsonElement Design,
        DateTimeOffset CreatedAt,
        DateTimeOffset? FinishedAt,
        DateTimeOffset? CancelledAt
    );
}
