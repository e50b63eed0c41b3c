using ConcatService.Api.Access;
using ConcatService.Api.Audit;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Keys;

/// <summary>GET /v1/sessions and DELETE /v1/sessions/{id}: the browsers that are signed in with keys of the team.</summary>
internal static class Sessions
{
    private const int Most = 1000;

    /// <param name="KeyName">The key that it was opened with.</param>
    public sealed record Item(Guid Id, string KeyName, Guid KeyId, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt);

    public sealed record Response(IReadOnlyList<Item> Data);

    public static async Task<Ok<Response>> List(Caller caller, ConcatDb db, TimeProvider time, CancellationToken cancel)
    {
        var now = time.GetUtcNow();
        var open = await db
            .Sessions.AsNoTracking()
            .Where(session => session.ExpiresAt > now)
            .Join(
                db.ApiKeys.Where(key => key.TeamId == caller.TeamId && key.RevokedAt == null),
                session => session.ApiKeyId,
                key => key.Id,
                (session, key) => new { session, key }
            )
            .OrderByDescending(row => row.session.Id)
            .Take(Most)
            .Select(row => new Item(row.session.Id, row.key.Name, row.key.Id, row.session.CreatedAt, row.session.ExpiresAt))
            .ToListAsync(cancel);
        return TypedResults.Ok(new Response(open));
    }

    public static async Task<Results<NoContent, ProblemHttpResult>> End(
        Guid id,
        Caller caller,
        AuditTrail trail,
        ConcatDb db,
        KnownKeys known,
        CancellationToken cancel
    )
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancel);
        var ended = await db
            .Sessions.Where(session =>
                session.Id == id && db.ApiKeys.Any(key => key.Id == session.ApiKeyId && key.TeamId == caller.TeamId)
            )
            .ExecuteDeleteAsync(cancel);
        if (ended == 0)
            return Problems.NotFound("session", id.ToString());
        db.Add(trail.Entry(AuditAction.EndSession, id.ToString()));
        await db.SaveChangesAsync(cancel);
        await transaction.CommitAsync(cancel);
        known.ForgetAll();
        return TypedResults.NoContent();
    }
}
