using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Persistence.Mapping;

/// <summary>Tables of the curves.</summary>
internal static class MetricMapping
{
    public static void Apply(ModelBuilder model)
    {
        model.Entity<MetricName>(name => name.HasIndex(x => x.Name).IsUnique());

        // No foreign keys: looking both up for every row was four fifths of the time of a write. Its fence holds the job meanwhile, and
        // names are never deleted.
        model.Entity<Metric>(metric => metric.HasKey(x => new { x.JobId, x.MetricId, x.Step }));
        model.Entity<MetricRollup>(rollup =>
        {
            rollup.HasKey(x => new { x.JobId, x.MetricId, x.FirstStep });
            rollup.HasOne<Job>().WithMany().HasForeignKey(x => x.JobId);
        });
    }
}
