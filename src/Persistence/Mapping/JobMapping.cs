using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace ConcatService.Persistence.Mapping;

/// <summary>Tables of architectures, jobs, what happened to them, and the workers.</summary>
internal static class JobMapping
{
    private static readonly ValueConverter<JobState, string> StateName = new(
        state => state.Name(),
        name => Enum.Parse<JobState>(name, true)
    );

    public static void Apply(ModelBuilder model)
    {
        model.Entity<Architecture>(architecture =>
        {
            architecture.BelongsToTeam(x => x.TeamId);
            architecture.HasIndex(x => new { x.TeamId, x.Name, x.Version }).IsUnique();
            architecture.HasIndex(x => new { x.TeamId, x.Name, x.SpecHash }).IsUnique();
            architecture.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
        model.Entity<Job>(job =>
        {
            job.BelongsToTeam(x => x.TeamId);
            job.HasOne<Architecture>().WithMany().HasForeignKey(x => x.ArchitectureId).OnDelete(DeleteBehavior.SetNull);
            job.Property(x => x.State).HasConversion(StateName).HasSentinel((JobState)(-1));
            job.Property(x => x.Tags).HasDefaultValueSql("'{}'");
            job.Property(x => x.QueuedAt).HasDefaultValueSql("now()");
            job.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
            job.HasIndex(x => new { x.TeamId, x.Id }); // pages, newest first
            job.HasIndex(x => x.QueuedAt).HasFilter($"state = '{JobState.Queued.Name()}'"); // the reconciler
            job.HasIndex(x => new { x.TeamId, x.Queue, x.QueuedAt }).HasFilter($"state = '{JobState.Queued.Name()}'"); // whose turn it is
            job.HasIndex(x => new { x.FinishedAt, x.Id }).HasFilter("finished_at is not null"); // what is old enough to be deleted
            job.HasIndex(x => new { x.TeamId, x.InitialSha256 }).HasFilter("initial_sha256 is not null");       // whether bytes are needed
            job.HasOne<Job>().WithMany().HasForeignKey(x => x.RepairOf).OnDelete(DeleteBehavior.SetNull);
            job.HasIndex(x => x.LeaseExpiresAt).HasFilter("lease_owner is not null");                                   // expired leases
        });
        model.Entity<JobAttempt>(attempt =>
        {
            attempt.BelongsToTeam(x => x.TeamId);
            attempt.HasKey(x => new { x.JobId, x.Number });
            attempt.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
            attempt.Property(x => x.StartedAt).HasDefaultValueSql("now()");
        });
        model.Entity<JobTransition>(transition =>
        {
            transition.BelongsToTeam(x => x.TeamId);
            transition.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
            transition.Property(x => x.FromState).HasConversion(StateName);
            transition.Property(x => x.ToState).HasConversion(StateName);
            transition.Property(x => x.At).HasDefaultValueSql("now()");
        });
        model.Entity<JobEvent>(entry =>
        {
            entry.BelongsToTeam(x => x.TeamId);
            entry.HasKey(x => new { x.JobId, x.Sequence });
            entry.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
            entry.Property(x => x.At).HasDefaultValueSql("now()");
        });
        model.Entity<Checkpoint>(checkpoint =>
        {
            checkpoint.BelongsToTeam(x => x.TeamId);
            checkpoint.HasKey(x => new { x.JobId, x.Step });
            checkpoint.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
            checkpoint.HasOne<Blob>().WithMany().HasForeignKey(x => new { x.TeamId, x.Sha256 })
                .HasPrincipalKey(x => new { x.TeamId, x.Sha256 }).OnDelete(DeleteBehavior.Restrict);
            checkpoint.Property(x => x.CreatedAt).HasDefaultValueSql("now()");
        });
        model.Entity<CheckpointExport>(export =>
        {
            export.BelongsToTeam(x => x.TeamId);
            export.HasKey(x => new { x.JobId, x.Step });
            export.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
            export.Property(x => x.RequestedAt).HasDefaultValueSql("now()");
            export.HasIndex(x => x.RequestedAt).HasFilter($"state = '{CheckpointExport.Queued}'"); // the workers, every second
        });
        model.Entity<RegisteredWorker>(worker =>
        {
            worker.ToTable("workers");
            worker.Property(x => x.StartedAt).HasDefaultValueSql("now()");
            worker.Property(x => x.LastSeenAt).HasDefaultValueSql("now()");
        });
    }
}
