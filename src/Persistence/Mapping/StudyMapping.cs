using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Mapping;

/// <summary>The tables of studies.</summary>
internal static class StudyMapping
{
    public static void Apply(ModelBuilder model)
    {
        model.Entity<Study>(study =>
        {
            study.BelongsToTeam(x => x.TeamId);
            study.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
            study.HasIndex(x => new { x.TeamId, x.Id });                                                    // pages, newest first
            study.HasIndex(x => x.Id).HasFilter("finished_at is null").HasDatabaseName("ix_studies_open");  // what maintenance looks at
        });
        model.Entity<StudyJob>(job =>
        {
            job.BelongsToTeam(x => x.TeamId);
            job.HasKey(x => new { x.StudyId, x.Variant, x.Seed });
            job.HasOne<Study>().WithMany().HasForeignKey(x => x.StudyId).OnDelete(DeleteBehavior.Cascade);
            job.HasOne<Job>().WithOne().HasForeignKey<StudyJob>(x => x.JobId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
