using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Mapping;

/// <summary>Tables of teams, their quotas, keys, sessions and remembered answers.</summary>
internal static class AccessMapping
{
    public static void Apply(ModelBuilder model)
    {
        model.Entity<Team>(team =>
        {
            team.HasIndex(x => x.Name).IsUnique();
            team.Property(x => x.FormerNames).HasDefaultValueSql("'{}'");
            team.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
        model.Entity<TeamQuota>(quota =>
        {
            quota.HasKey(x => x.TeamId);
            quota.HasOne<Team>().WithOne().HasForeignKey<TeamQuota>(x => x.TeamId).OnDelete(DeleteBehavior.Cascade);
        });
        model.Entity<ApiKey>(key =>
        {
            key.BelongsToTeam(x => x.TeamId);
            key.HasIndex(x => x.Hash).IsUnique();
            key.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
        model.Entity<Session>(session =>
        {
            session.HasOne<ApiKey>().WithMany().HasForeignKey(x => x.ApiKeyId).OnDelete(DeleteBehavior.Cascade);
            session.HasIndex(x => x.Hash).IsUnique();
            session.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
        model.Entity<IdempotencyKey>(key =>
        {
            key.BelongsToTeam(x => x.TeamId);
            key.HasKey(x => new { x.TeamId, x.Route, x.Key });
            key.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
    }
}
