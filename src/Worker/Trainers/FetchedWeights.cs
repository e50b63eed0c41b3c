using System.Security.Cryptography;
using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Jobs;
using ConcatService.Training;

namespace ConcatService.Worker.Trainers;

/// <summary>The file that a job's initial weights are read from, on this machine for as long as the job trains.</summary>
internal sealed class FetchedWeights : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"concat-weights-{Guid.NewGuid():N}");

    private FetchedWeights(WeightsPlan plan) => Start = new(plan, _path);

    public StartWeights Start { get; }

    /// <summary>Null for a job that begins from random weights.</summary>
    /// <exception cref="WeightsException">They were deleted, or what came is not what was stored.</exception>
    public static async Task<FetchedWeights?> FetchAsync(ClaimedJob job, TeamStore store)
    {
        if (job.InitialWeights is not { } json)
            return null;
        var fetched = new FetchedWeights(WeightsPlan.Parse(json));
        try
        {
            await fetched.CopyAsync(store);
            return fetched;
        }
        catch
        {
            fetched.Dispose();
            throw;
        }
    }

    public void Dispose() => File.Delete(_path);

    private async Task CopyAsync(TeamStore store)
    {
        var sha256 = Start.Plan.Sha256;
        await using var file = File.Create(_path);
        var isThere = await store.CopyToAsync(sha256, file);
        file.Position = 0;
        if (!isThere || Convert.ToHexStringLower(await SHA256.HashDataAsync(file, store.Stop)) != sha256)
            throw new WeightsException(
                "weights_missing",
                $"The initial weights of {Start.Plan.Report.Source} are gone. Upload them, and send the job again."
            );
    }
}
