using ConcatService.Api.Access;
using ConcatService.Persistence;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Architectures;

/// <summary>Kept specs of the caller's team.</summary>
internal static class ArchitectureReading
{
    /// <summary>Null when the caller's team has none of this id.</summary>
    public static Task<Architecture?> FindArchitectureAsync(this ConcatDb db, Caller caller, Guid id, CancellationToken cancel) =>
        db.Architectures.AsNoTracking().SingleOrDefaultAsync(kept => kept.TeamId == caller.TeamId && kept.Id == id, cancel);
}
