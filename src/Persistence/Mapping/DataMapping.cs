using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Mapping;

/// <summary>The tables of uploaded data sets and weights.</summary>
internal static class DataMapping
{
    public static void Apply(ModelBuilder model)
    {
        DataSets(model);
        Weights(model);
    }

    private static void Weights(ModelBuilder model) => model.Entity<UploadedWeights>(weights =>
    {
        weights.ToTable("weights");
        weights.BelongsToTeam(x => x.TeamId);
        weights.HasIndex(x => new { x.TeamId, x.Sha256 }).IsUnique();
        weights.HasOne<Blob>()
            .WithMany()
            .HasForeignKey(x => new { x.TeamId, x.Sha256 })
            .HasPrincipalKey(x => new { x.TeamId, x.Sha256 })
            .OnDelete(DeleteBehavior.Restrict);
        weights.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
    });

    private static void DataSets(ModelBuilder model) => model.Entity<UploadedDataSet>(data =>
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
