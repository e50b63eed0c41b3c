using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Api.Paging;
using ConcatService.Api.Quotas;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Jobs;

/// <summary>
/// GET /v1/jobs/{id}/events: a page, newest first, or with <c>Accept: text/event-stream</c> an <see cref="EventStream"/>.
/// </summary>
internal static class JobEvents
{
    public static async Task<IResult> Handle(
        Guid id,
        PageQuery page,
        HttpRequest request,
        Caller caller,
        ConcatDb db,
        EventFeed feed,
        TeamQuotas quotas,
        JsonAnswers answers,
        CancellationToken cancel
    )
    {
        if (!await db.Jobs.AnyAsync(job => job.TeamId == caller.TeamId && job.Id == id, cancel))
            return Problems.NotFound("job", id.ToString());
        if (request.Headers.Accept.ToString().Contains("text/event-stream", StringComparison.Ordinal))
        {
            var seen = long.TryParse(request.Headers["Last-Event-ID"], out var last) ? last : 0;
            var most = (await quotas.LimitsAsync(caller.TeamId, cancel)).EventStreams;
            return new EventStream(feed.Join(id, caller, seen, most), seen, answers);
        }

        var before = page.AfterNumber;
        var rows = await db.JobEvents.AsNoTracking()
            .Where(happened => happened.JobId == id && (before == null || happened.Sequence < before))
            .OrderByDescending(happened => happened.Sequence).Take(page.Limit + 1).ToListAsync(cancel);
        return TypedResults.Ok(page.Of(rows, happened => happened.Sequence, EventResource.Of));
    }
}
