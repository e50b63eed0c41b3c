using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Keys;

/// <summary>A key that the caller may know of: one of its team, or any for an operator.</summary>
/// <param name="Team">The name of the key's team.</param>
/// <param name="Refusal">Why the caller may not change it; null where it may.</param>
internal sealed record OwnKey(ApiKey Key, string Team, ProblemHttpResult? Refusal)
{
    public static async Task<OwnKey?> FindAsync(ConcatDb db, Caller caller, Guid id, CancellationToken cancel)
    {
        var key = await db.ApiKeys.SingleOrDefaultAsync(key => key.Id == id, cancel);
        if (key is null || (key.TeamId != caller.TeamId && !caller.IsOperator))
            return null;
        var isWide = !caller.IsOperator && key.Scopes.Intersect(Scopes.OfInstance).Any();
        return new(
            key,
            await db.Teams.Where(team => team.Id == key.TeamId).Select(team => team.Name).SingleAsync(cancel),
            isWide ? Problems.Of(403, "access.missing_scope", "This key concerns every team; only a key with 'operator' changes it.") : null
        );
    }
}
