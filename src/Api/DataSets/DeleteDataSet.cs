using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.DataSets;

/// <summary>
/// DELETE /v1/datasets/{name}: forgets all versions of a name, or the one of <c>name@version</c>, with their bytes. Not while a job may
/// still need them.
/// </summary>
internal static class DeleteDataSet
{
    private static readonly JobState[] Ended = [.. Enum.GetValues<JobState>().Where(state => state.IsTerminal())];

    public static async Task<Results<NoContent, ProblemHttpResult>> Handle(
        string name,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        CancellationToken cancel
    )
    {
        if (BuiltInDataSets.Find(name) is not null)
            return Problems.Of(409, "dataset.built_in", $"'{name}' is a data set that every installation has.");
        if (await db.FindDataSetAsync(caller, name, cancel) is null)
            return Problems.Of(404, "not_found", await db.UnknownDataSetAsync(caller, name, cancel));

        var reference = DataSetReference.TryParse(name)!;
        var users = db.Jobs.Where(job => job.TeamId == caller.TeamId && !Ended.Contains(job.State));
        users = reference.Version is null
            ? users.Where(job => job.Dataset.StartsWith(name + "@"))
            : users.Where(job => job.Dataset == name);
        if (await users.Select(job => (Guid?)job.Id).FirstOrDefaultAsync(cancel) is { } user)
            return Problems.Of(409, "dataset.in_use", $"The job {user} trains on it. Cancel it first, or wait for its end.");
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        if (await DataSetStore.DeleteAsync(db, caller.TeamId, reference.Name, reference.Version, cancel) == 0)
            return Problems.Of(404, "not_found", await db.UnknownDataSetAsync(caller, name, cancel));
        db.Add(trail.Entry(AuditAction.DeleteDataSet, name));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        return TypedResults.NoContent();
    }
}
