using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Api.Jobs;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Studies;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Studies;

/// <summary>Studies with what their jobs have brought so far.</summary>
internal sealed class StudyReading(ConcatDb db, StudyStore store, JsonAnswers answers)
{
    /// <summary>Null when the caller's team has no such study.</summary>
    public async Task<(Study Study, List<StudyRow> Rows)?> FindAsync(Caller caller, Guid id, CancellationToken cancel) =>
        await db.Studies.AsNoTracking().SingleOrDefaultAsync(study => study.TeamId == caller.TeamId && study.Id == id, cancel) is { } study
            ? (study, await store.RowsAsync(id, cancel))
            : null;

    /// <summary>Null when the caller's team has no such study.</summary>
    public async Task<StudyResource?> ShowAsync(Caller caller, Guid id, CancellationToken cancel) =>
        await FindAsync(caller, id, cancel) is var (study, rows) ? Show(study, rows, await WorkingAsync(id, cancel)) : null;

    /// <param name="atOnce">How many of its jobs are at work, at least 1.</param>
    public StudyResource Show(Study study, IReadOnlyList<StudyRow> rows, int atOnce)
    {
        var design = DesignOf(study);
        var (measure, stopped) = (StudyRow.MeasureOf(rows), StoppedOf(study));
        return new(
            study.Id,
            study.Name,
            StateOf(study.CancelledAt is not null, rows.Select(row => row.JobState).ToList()),
            study.CreatedAt,
            study.FinishedAt,
            study.Dataset,
            study.Settings,
            design.Merges,
            study.Baseline,
            study.Seeds,
            measure.Name,
            ProgressOf(rows, atOnce),
            [.. design.Variants.Select(variant => Shown(variant))],
            design.LeftOut,
            design.Plan,
            StudyMaker.TagOf(study.Id),
            study.ModelName
        );

        StudyResource.Variant Shown(StudyDesign.Variant variant)
        {
            var own = rows.Where(row => row.Variant == variant.Name).OrderBy(row => row.Seed).ToList();
            var values = own.Select(row => row.ValueIn(measure)).OfType<double>().ToList();
            return new(
                variant.Name,
                variant.Patch,
                variant.SettingsPatch,
                variant.Parameters,
                variant.Macs,
                variant.IsMatched,
                values.Count > 0 ? values.Average() : null,
                stopped.TryGetValue(variant.Name, out var after) ? after : null,
                [.. own.Select(row => new StudyResource.Run(row.Seed, row.JobId, row.JobState, row.ValueIn(measure)))]
            );
        }
    }

    public StudyDesign DesignOf(Study study) => answers.Read<StudyDesign>(study.Design);

    /// <summary>For each variant that gets no further seeds, after how many.</summary>
    public static Dictionary<string, int> StoppedOf(Study study) => study.Stopped?.Deserialize<Dictionary<string, int>>() ?? [];

    /// <summary>From the states of its jobs.</summary>
    public static string StateOf(bool isCancelled, IReadOnlyCollection<JobState> jobs)
    {
        var isOver = jobs.All(state => state.IsTerminal());
        if (isCancelled)
            return isOver ? "cancelled" : "cancelling";
        return isOver ? "finished" : jobs.All(state => state == JobState.Queued) ? "queued" : "running";
    }

    private static StudyResource.Progressed ProgressOf(IReadOnlyList<StudyRow> rows, int atOnce)
    {
        var ended = rows.Count(row => row.JobState.IsTerminal());
        var times = rows.Where(row => row.JobState == JobState.Succeeded).Select(row => row.Seconds).OfType<double>().ToList();
        return new(
            rows.Count,
            ended,
            rows.Count(row => row.JobState == JobState.Succeeded),
            rows.Count == 0 ? 100 : Math.Round(100.0 * ended / rows.Count, 1),
            times.Count == 0 ? null : (rows.Count - ended) * times.Average() / Math.Max(1, atOnce)
        );
    }

    private Task<int> WorkingAsync(Guid study, CancellationToken cancel) =>
        db
            .StudyJobs.Where(link => link.StudyId == study)
            .Join(db.Jobs.Where(job => job.LeaseOwner != null), link => link.JobId, job => job.Id, (_, job) => job.Id)
            .CountAsync(cancel);
}
