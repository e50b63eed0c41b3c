using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Mapping;

/// <summary>The table of who did what.</summary>
internal static class AuditMapping
{
    public static void Apply(ModelBuilder model) => model.Entity<AuditEntry>(entry =>
    {
        entry.ToTable("audit");
        entry.Property(x => x.At).HasDefaultValueSql("now()");
        entry.Property(x => x.Details).HasColumnType("jsonb");
        entry.HasIndex(x => new { x.TeamId, x.Id }); // pages, newest first
        entry.HasIndex(x => x.At); // what is too old
    });
}
