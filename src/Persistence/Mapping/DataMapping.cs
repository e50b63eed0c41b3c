using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Mapping;

/// <summary>The table of uploaded data sets.</summary>
internal static class DataMapping
{
    public static void Apply(ModelBuilder model) => model.Entity<UploadedDataSet>(data =>
    {
        data.ToTable("data_sets");
        data.BelongsToTeam(x => x.TeamId);
        data.HasIndex(x => new
        {
            x.TeamId,
            x.Name,
            x.Version,
        })
            .IsUnique();
        data.HasOne<Blob>()
            .WithMany()
            .HasForeignKey(x => new { x.TeamId, x.Sha256 })
            .HasPrincipalKey(x => new { x.TeamId, x.Sha256 })
            .OnDelete(DeleteBehavior.Restrict);
        data.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
    });
}
