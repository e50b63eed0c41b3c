using System.Globalization;
using ConcatService.Api.Errors;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;

namespace ConcatService.Api.Quotas;

/// <summary>
/// Holds teams to their quotas where something new begins. What is under way is let through, so that calls at the same moment may together
/// go over a limit by as many as they are; what a running job writes is never refused.
/// </summary>
internal sealed class TeamQuotas(ConcatDb db, QuotaLimits defaults, IMemoryCache cache)
{
    /// <summary>Bytes that are stored change slowly and are many rows to add.</summary>
    private static readonly TimeSpan StoredFresh = TimeSpan.FromSeconds(5);

    public async Task<QuotaLimits> LimitsAsync(int team, CancellationToken cancel) =>
        defaults.With(await db.TeamQuotas.AsNoTracking().SingleOrDefaultAsync(own => own.TeamId == team, cancel));

    public async Task<QuotaUsage> UsageAsync(int team, CancellationToken cancel) =>
        new(
            await QueuedAsync(team, cancel),
            await db.Jobs.CountAsync(job => job.TeamId == team && job.LeaseOwner != null, cancel),
            await StoredAsync(team, cancel),
            await db.DataSets.CountAsync(data => data.TeamId == team, cancel),
            await db.Models.CountAsync(model => model.TeamId == team, cancel)
        );

    /// <summary>For a job that is about to be queued.</summary>
    /// <exception cref="QuotaException">Too many wait, too much is stored, or the job would add a model too many.</exception>
    public Task AdmitJobAsync(int team, string modelName, CancellationToken cancel) => AdmitJobsAsync(team, modelName, 1, cancel);

    /// <summary>For jobs of one model that are queued together.</summary>
    /// <exception cref="QuotaException">Too many would wait, too much is stored, or the jobs would add a model too many.</exception>
    public async Task AdmitJobsAsync(int team, string modelName, int jobs, CancellationToken cancel)
    {
        var limits = await LimitsAsync(team, cancel);
        var queued = await QueuedAsync(team, cancel);
        if (jobs > 1 && queued + jobs > limits.QueuedJobs)
            throw new QuotaException(
                "queued_jobs",
                limits.QueuedJobs,
                $"The team may have {Number(limits.QueuedJobs)} jobs that wait or are paused. It has {Number(queued)}, and {Number(jobs)} "
                    + "more were to come. Ask for fewer, or try again when some have begun."
            );
        if (queued >= limits.QueuedJobs)
            throw new QuotaException(
                "queued_jobs",
                limits.QueuedJobs,
                $"The team has {Number(limits.QueuedJobs)} jobs that wait or are paused, as many as it may. Try again when some have "
                    + "begun, or cancel some."
            );
        await AdmitBytesAsync(team, 0, limits, cancel);
        if (
            await db.Models.CountAsync(model => model.TeamId == team, cancel) >= limits.Models
            && !await db.Models.AnyAsync(model => model.TeamId == team && model.Name == modelName, cancel)
        )
            throw new QuotaException(
                "models",
                limits.Models,
                $"The team has {Number(limits.Models)} models, as many as it may, and '{modelName}' is none of them. Use the name of one, "
                    + "or delete the jobs of one."
            );
    }

    /// <summary>For a data set that is about to be kept.</summary>
    /// <exception cref="QuotaException">There are too many already, or the bytes are too many.</exception>
    public async Task AdmitDataSetAsync(int team, long bytes, CancellationToken cancel)
    {
        var limits = await LimitsAsync(team, cancel);
        if (await db.DataSets.CountAsync(data => data.TeamId == team, cancel) >= limits.DataSets)
            throw new QuotaException(
                "data_sets",
                limits.DataSets,
                $"The team has {Number(limits.DataSets)} versions of data sets, as many as it may. Delete some: "
                    + "DELETE /v1/datasets/{name}."
            );
        await AdmitBytesAsync(team, bytes, limits, cancel);
    }

    /// <summary>For weights that are about to be kept.</summary>
    /// <exception cref="QuotaException">The bytes are too many.</exception>
    public async Task AdmitWeightsAsync(int team, long bytes, CancellationToken cancel) =>
        await AdmitBytesAsync(team, bytes, await LimitsAsync(team, cancel), cancel);

    private async Task AdmitBytesAsync(int team, long bytes, QuotaLimits limits, CancellationToken cancel)
    {
        if (await StoredAsync(team, cancel) is var stored && stored + bytes > limits.StoredBytes || stored == limits.StoredBytes)
            throw new QuotaException(
                "stored_bytes",
                limits.StoredBytes,
                $"The team stores {Number(stored)} bytes{(bytes > 0 ? $", {Number(bytes)} more were to come," : "")} and may store "
                    + $"{Number(limits.StoredBytes)}. Delete data sets, weights or jobs."
            );
    }

    private Task<int> QueuedAsync(int team, CancellationToken cancel) =>
        db.Jobs.CountAsync(job => job.TeamId == team && (job.State == JobState.Queued || job.State == JobState.Paused), cancel);

    private Task<long> StoredAsync(int team, CancellationToken cancel) =>
        cache.GetOrCreateAsync(
            ("stored", team),
            entry =>
            {
                entry.AbsoluteExpirationRelativeToNow = StoredFresh;
                return db.Blobs.Where(blob => blob.TeamId == team).SumAsync(blob => blob.LengthBytes, cancel);
            }
        );

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
