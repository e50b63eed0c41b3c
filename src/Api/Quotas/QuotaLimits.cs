using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Quotas;

/// <summary>
/// How much of the instance a team may take: what an operator set for it, otherwise the instance's defaults, <c>Quotas:*</c>.
/// </summary>
/// <param name="QueuedJobs"><c>Quotas:QueuedJobs</c>: jobs that wait or are paused; default 1,000.</param>
/// <param name="RunningJobs">Jobs that workers hold at one time; null, as by default: as many as its fair share gives.</param>
/// <param name="StoredBytes"><c>Quotas:StoredBytes</c>: data sets, checkpoints and models; default 50 GiB.</param>
/// <param name="DataSets"><c>Quotas:DataSets</c>: versions of data sets; default 500.</param>
/// <param name="Models"><c>Quotas:Models</c>: names in the registry; default 500.</param>
/// <param name="RequestsPerSecond">
/// <c>Quotas:RequestsPerSecond</c>: calls to one api process but those for predictions, with as many at once; default 5,000.
/// </param>
/// <param name="EventStreams"><c>Quotas:EventStreams</c>: open at one time in one api process; default 500.</param>
/// <param name="Weight">The team's part of the workers against that of other teams whose jobs wait too; default 1.</param>
internal sealed record QuotaLimits(
    int QueuedJobs,
    int? RunningJobs,
    long StoredBytes,
    int DataSets,
    int Models,
    int RequestsPerSecond,
    int EventStreams,
    double Weight
)
{
    public static QuotaLimits From(IConfiguration configuration) =>
        new(
            configuration.GetValue("Quotas:QueuedJobs", 1000),
            null,
            configuration.GetValue("Quotas:StoredBytes", 50L << 30),
            configuration.GetValue("Quotas:DataSets", 500),
            configuration.GetValue("Quotas:Models", 500),
            configuration.GetValue("Quotas:RequestsPerSecond", 5000),
            configuration.GetValue("Quotas:EventStreams", 500),
            1
        );

    /// <summary>With what an operator set for a team; null where nothing.</summary>
    public QuotaLimits With(TeamQuota? own) =>
        new(
            own?.QueuedJobs ?? QueuedJobs,
            own?.RunningJobs ?? RunningJobs,
            own?.StoredBytes ?? StoredBytes,
            own?.DataSets ?? DataSets,
            own?.Models ?? Models,
            own?.RequestsPerSecond ?? RequestsPerSecond,
            own?.EventStreams ?? EventStreams,
            own?.Weight ?? Weight
        );
}
