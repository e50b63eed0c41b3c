using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence;

/// <summary>Tables of the curves.</summary>
internal static class MetricMapping
{
    public static void Apply(ModelBuilder model)
    {
        model.Entity<MetricName>(name => name.HasIndex(x => x.Name).IsUnique());
        model.Entity<Metric>(metric =>
        {
            metric.HasKey(x => new { x.JobId, x.MetricId, x.Step });
            metric.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
            metric.HasOne<MetricName>().WithMany().HasForeignKey(x => x.MetricId).OnDelete(DeleteBehavior.Restrict);
        });
        model.Entity<MetricRollup>(rollup =>
        {
            rollup.HasKey(x => new { x.JobId, x.MetricId, x.FirstStep });
            rollup.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
        });
    }
}
