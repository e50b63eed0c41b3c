using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Paging;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs: the team's jobs, newest first; <c>?state=running</c> gives those in one state, <c>?name=</c> those of a name,
/// <c>?tag=a&amp;tag=b</c> those that have all of these tags.
/// </summary>
internal static class ListJobs
{
    public static async Task<Results<Ok<Page<JobResource>>, ProblemHttpResult>> Handle(
        PageQuery page,
        string? state,
        string? name,
        string[] tag,
        Caller caller,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        var states = Enum.GetValues<JobState>().ToDictionary(each => each.Name());
        if (state is not null && !states.ContainsKey(state))
            return Problems.Of(400, "request.state", $"'state' must be one of {string.Join(", ", states.Keys)}.");

        var after = page.AfterId;
        var jobs = db.Jobs.AsNoTracking().Where(job => job.TeamId == caller.TeamId && (after == null || job.Id < after));
        if (state is not null)
        {
            var wanted = states[state];
            jobs = jobs.Where(job => job.State == wanted);
        }

        if (name is not null)
            jobs = jobs.Where(job => job.Name == name);
        foreach (var each in tag)
            jobs = jobs.Where(job => job.Tags.Contains(each));

        var rows = await jobs.OrderByDescending(job => job.Id).Take(page.Limit + 1).ToListAsync(cancel);
        var shown = await db.ShowAsync(rows, cancel);
        return TypedResults.Ok(page.Of(shown, job => job.Id, job => job));
    }
}
