using ConcatService.Api.Errors;

namespace ConcatService.Api.Memory;

/// <summary>
/// What one request holds of the <see cref="MemoryBudget"/>; all of it is given back when the request ends. A request that is alone always
/// has enough: what it wants beyond the whole budget counts as the whole budget. Not for two threads at once.
/// </summary>
internal sealed class MemoryShare(MemoryBudget budget) : IDisposable
{
    /// <summary>
    /// From here on memory is native: the pool of arrays, which keeps some of each size for each thread, does not keep it, and the
    /// collector need not be waited for.
    /// </summary>
    public const int LargeBytes = 1 << 16;

    private readonly List<NativeBytes> _rented = [];
    private long _wantedBytes, _heldBytes;

    /// <summary>That of a request, made when it is first asked for.</summary>
    public static MemoryShare Of(HttpContext http)
    {
        if (http.Features.Get<MemoryShare>() is { } known)
            return known;
        var share = new MemoryShare(http.RequestServices.GetRequiredService<MemoryBudget>());
        http.Features.Set(share);
        http.Response.RegisterForDispose(share);
        return share;
    }

    /// <summary>Call it before the memory is taken.</summary>
    /// <exception cref="ProblemException">503: other requests hold what this one needs.</exception>
    public void Take(long bytes)
    {
        if (!TryTake(bytes))
            throw new ProblemException(
                Problems.Of(
                    503,
                    "service.memory",
                    $"Other requests hold the {budget.TotalBytes} bytes that bodies and pictures may take in this process. "
                        + "Try again in a moment."
                )
            );
    }

    /// <inheritdoc cref="Take"/>
    /// <returns>False where <see cref="Take"/> throws.</returns>
    public bool TryTake(long bytes)
    {
        var missing = Math.Min(_wantedBytes + bytes, budget.TotalBytes) - _heldBytes;
        if (missing > 0 && !budget.TryTake(missing))
            return false;
        (_wantedBytes, _heldBytes) = (_wantedBytes + bytes, _heldBytes + missing);
        return true;
    }

    /// <summary>For what is needed no longer, though the request goes on.</summary>
    public void GiveBack(long bytes)
    {
        _wantedBytes -= bytes;
        var spare = _heldBytes - Math.Min(_wantedBytes, budget.TotalBytes);
        _heldBytes -= spare;
        budget.GiveBack(spare);
    }

    /// <summary>Memory that lasts until the request ends; not cleared.</summary>
    /// <exception cref="ProblemException">503: other requests hold what this one needs.</exception>
    public Memory<byte> Rent(int bytes)
    {
        Take(bytes);
        if (bytes < LargeBytes)
            return GC.AllocateUninitializedArray<byte>(bytes);
        var large = new NativeBytes(bytes);
        _rented.Add(large);
        return large.Memory;
    }

    public void Dispose()
    {
        foreach (IDisposable large in _rented)
            large.Dispose();
        GiveBack(_wantedBytes);
    }
}
