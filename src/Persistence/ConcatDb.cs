using System.Text.Json;
using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Mapping;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace ConcatService.Persistence;

/// <summary>
/// The only store. Reads go through here; what several processes race for (leases, states, metrics, blobs) is written by the small classes
/// beside it.
/// </summary>
public sealed class ConcatDb(DbContextOptions<ConcatDb> options) : DbContext(options)
{
    public DbSet<Team> Teams => Set<Team>();
    public DbSet<TeamQuota> TeamQuotas => Set<TeamQuota>();
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();

    public DbSet<Session> Sessions => Set<Session>();
    public DbSet<IdempotencyKey> IdempotencyKeys => Set<IdempotencyKey>();
    public DbSet<Architecture> Architectures => Set<Architecture>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<JobAttempt> JobAttempts => Set<JobAttempt>();
    public DbSet<JobTransition> JobTransitions => Set<JobTransition>();
    public DbSet<JobTally> JobTallies => Set<JobTally>();
    public DbSet<JobEvent> JobEvents => Set<JobEvent>();
    public DbSet<JobAnswers> JobAnswers => Set<JobAnswers>();
    public DbSet<Checkpoint> Checkpoints => Set<Checkpoint>();
    public DbSet<CheckpointExport> CheckpointExports => Set<CheckpointExport>();
    public DbSet<MetricName> MetricNames => Set<MetricName>();
    public DbSet<Metric> Metrics => Set<Metric>();
    public DbSet<MetricRollup> MetricRollups => Set<MetricRollup>();
    public DbSet<Blob> Blobs => Set<Blob>();
    public DbSet<BlobChunk> BlobChunks => Set<BlobChunk>();
    public DbSet<UploadedDataSet> DataSets => Set<UploadedDataSet>();
    public DbSet<UploadedWeights> Weights => Set<UploadedWeights>();
    public DbSet<Study> Studies => Set<Study>();
    public DbSet<StudyJob> StudyJobs => Set<StudyJob>();
    public DbSet<Model> Models => Set<Model>();
    public DbSet<ModelVersion> ModelVersions => Set<ModelVersion>();
    public DbSet<ModelAlias> ModelAliases => Set<ModelAlias>();
    public DbSet<RegisteredWorker> Workers => Set<RegisteredWorker>();
    public DbSet<AuditEntry> Audit => Set<AuditEntry>();
    public DbSet<TeamRetention> Retention => Set<TeamRetention>();

    /// <summary>The options every process uses: PostgreSQL, snake_case names.</summary>
    public static void Configure(DbContextOptionsBuilder options, NpgsqlDataSource source) =>
        options.UseNpgsql(source).UseSnakeCaseNamingConvention();

    /// <summary>JSON comes back as it was written: <c>jsonb</c> would sort the members.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<JsonElement>().HaveColumnType("json");

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        AccessMapping.Apply(modelBuilder);
        JobMapping.Apply(modelBuilder);
        MetricMapping.Apply(modelBuilder);
        ModelMapping.Apply(modelBuilder);
        DataMapping.Apply(modelBuilder);
        AuditMapping.Apply(modelBuilder);
        RetentionMapping.Apply(modelBuilder);
        StudyMapping.Apply(modelBuilder);
    }
}
