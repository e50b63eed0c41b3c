using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Mapping;

/// <summary>Tables of blobs and of the model registry.</summary>
internal static class ModelMapping
{
    public static void Apply(ModelBuilder model)
    {
        model.Entity<Blob>(blob =>
        {
            blob.BelongsToTeam(x => x.TeamId);
            blob.HasAlternateKey(x => new { x.TeamId, x.Sha256 });
            blob.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
        model.Entity<BlobChunk>(chunk =>
        {
            chunk.HasKey(x => new { x.BlobId, x.Seq });
            chunk.HasOne<Blob>().WithMany().HasForeignKey(x => x.BlobId);
        });
        model.Entity<Model>(entity =>
        {
            entity.BelongsToTeam(x => x.TeamId);
            entity.HasIndex(x => new { x.TeamId, x.Name }).IsUnique();
            entity.Property(x => x.LastVersion).HasDefaultValue(0);
            entity.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
        model.Entity<ModelVersion>(version =>
        {
            version.BelongsToTeam(x => x.TeamId);
            version.HasKey(x => new { x.ModelId, x.Version });
            version.HasOne<Model>().WithMany().HasForeignKey(x => x.ModelId);
            version.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
            version.HasOne<Blob>().WithMany().HasForeignKey(x => new { x.TeamId, x.OnnxSha256 })
                .HasPrincipalKey(x => new { x.TeamId, x.Sha256 }).OnDelete(DeleteBehavior.Restrict);
            version.HasIndex(x => new { x.JobId, x.CheckpointStep }).IsUnique().AreNullsDistinct(false);
            version.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
        model.Entity<ModelAlias>(alias =>
        {
            alias.BelongsToTeam(x => x.TeamId);
            alias.HasKey(x => new { x.ModelId, x.Name });
            alias.HasOne<ModelVersion>().WithMany().HasForeignKey(x => new { x.ModelId, x.Version });
            alias.Property(x => x.MovedAt).HasDefaultValueSql("now()");
        });
    }
}
