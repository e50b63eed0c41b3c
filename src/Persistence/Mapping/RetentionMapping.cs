using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Mapping;

/// <summary>The table of what teams keep for how long.</summary>
internal static class RetentionMapping
{
    public static void Apply(ModelBuilder model) => model.Entity<TeamRetention>(retention =>
    {
        retention.ToTable("retention");
        retention.HasKey(x => x.TeamId);
        retention.Property(x => x.TeamId).ValueGeneratedNever();
        retention.BelongsToTeam(x => x.TeamId);
        retention.Property(x => x.ChangedAt).HasDefaultValueSql("now()");
    });
}
