namespace ConcatService.Api.Quotas;

/// <summary>What a team takes now, in the units of <see cref="QuotaLimits"/>.</summary>
internal sealed record QuotaUsage(int QueuedJobs, int RunningJobs, long StoredBytes, int DataSets, int Models);
