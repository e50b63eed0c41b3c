using System.Linq.Expressions;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ConcatService.Persistence.Mapping;

/// <summary>The one rule for rows that belong to a team.</summary>
internal static class TeamOwned
{
    /// <summary>A foreign key to <c>teams</c>. A team that still owns something cannot be deleted by accident.</summary>
    public static void BelongsToTeam<T>(this EntityTypeBuilder<T> entity, Expression<Func<T, object?>> team) where T : class =>
        entity.HasOne<Team>().WithMany().HasForeignKey(team).OnDelete(DeleteBehavior.Restrict);
}
