namespace ConcatService.Api.Memory;

/// <summary>
/// Bytes that all requests of this process may hold at one time: bodies that are read whole, what they unpack to, and pictures while they
/// are decoded. They are taken before the memory is, so that many small requests that unfold cannot fill it together.
/// </summary>
/// <param name="totalBytes">At least 1.</param>
internal sealed class MemoryBudget(long totalBytes)
{
    private const long DefaultBytes = 192L << 20;

    private long _takenBytes, _refusals;

    public long TotalBytes => totalBytes;

    public long TakenBytes => Interlocked.Read(ref _takenBytes);

    /// <summary>Requests that were refused since the process started.</summary>
    public long Refusals => Interlocked.Read(ref _refusals);

    /// <summary>
    /// <c>Service:MemoryBudgetBytes</c>. Default: 192 MiB, or where this machine or container has less than 768 MiB, a quarter of it.
    /// </summary>
    public static MemoryBudget From(IConfiguration configuration)
    {
        var otherwise = Math.Min(DefaultBytes, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);
        return new(Math.Max(1, configuration.GetValue("Service:MemoryBudgetBytes", otherwise)));
    }

    /// <returns>False when they are not free; nothing is taken then.</returns>
    public bool TryTake(long bytes)
    {
        if (Interlocked.Add(ref _takenBytes, bytes) <= totalBytes)
            return true;
        Interlocked.Add(ref _takenBytes, -bytes);
        Interlocked.Increment(ref _refusals);
        return false;
    }

    public void GiveBack(long bytes) => Interlocked.Add(ref _takenBytes, -bytes);
}
