using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Studies;

/// <summary>
/// DELETE /v1/studies/{id}: forgets a study whose jobs have ended. The jobs stay, and their models: they are found by the tag.
/// </summary>
internal static class DeleteStudy
{
    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        Guid id,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        StudyReading reading,
        CancellationToken cancel
    )
    {
        if (await reading.ShowAsync(caller, id, cancel) is not { } found)
            return Problems.NotFound("study", id.ToString());
        if (found.State is not ("finished" or "cancelled"))
            return Problems.Of(409, "study.not_ended", $"The study is {found.State}. Cancel it first, then delete it.");
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await db.Studies.Where(study => study.TeamId == caller.TeamId && study.Id == id).ExecuteDeleteAsync(cancel) == 0)
            return Problems.NotFound("study", id.ToString());
        db.Add(trail.Entry(AuditAction.DeleteStudy, id.ToString(), new { name = found.Name }));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.NoContent();
    }
}
