using System.Threading.RateLimiting;

namespace ConcatService.Api.Access;

/// <summary>
/// Tells the log of calls whose key was refused: of the first at once, of those that follow once a minute how many they were, with address
/// and path of the last. An address that sends many is slowed: no more of its keys are looked up than one a second.
/// </summary>
/// <param name="most"><c>Service:MaxRefusedKeys</c>: of one address without a pause; default 60.</param>
internal sealed partial class RefusedKeys(int most, TimeProvider time, ILogger<RefusedKeys> log) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<string> _addresses = PartitionedRateLimiter.Create<string, string>(address =>
        RateLimitPartition.GetTokenBucketLimiter(
            address,
            _ =>
                new()
                {
                    TokenLimit = most,
                    TokensPerPeriod = 1,
                    ReplenishmentPeriod = TimeSpan.FromSeconds(1),
                }
        )
    );

    private readonly Lock _lock = new();
    private ITimer? _pause;
    private int _more;
    private string _address = "", _call = "";

    /// <summary>Whether so many keys from this address were refused that the next one is not looked up.</summary>
    public bool IsSlowed(HttpContext http) =>
        _pause is not null && _addresses.GetStatistics(AddressOf(http)) is { CurrentAvailablePermits: 0 };

    public void Add(HttpContext http)
    {
        var address = AddressOf(http);
        _addresses.AttemptAcquire(address).Dispose();
        var call = $"{http.Request.Method} {http.Request.Path}";
        lock (_lock)
        {
            if (_pause is not null)
            {
                (_more, _address, _call) = (_more + 1, address, call);
                return;
            }

            _pause = Pause();
        }

        Refused(address, call);
    }

    public void Dispose()
    {
        _pause?.Dispose();
        _addresses.Dispose();
    }

    private static string AddressOf(HttpContext http) => http.Connection.RemoteIpAddress?.ToString() ?? "an unknown address";

    /// <summary>What is told at its end belongs to no request.</summary>
    private ITimer Pause()
    {
        using (ExecutionContext.SuppressFlow())
            return time.CreateTimer(_ => Tell(), null, Interval, Timeout.InfiniteTimeSpan);
    }

    private void Tell()
    {
        int more;
        lock (_lock)
        {
            _pause?.Dispose();
            (more, _more) = (_more, 0);
            _pause = more == 0 ? null : Pause();
        }

        if (more > 0)
            RefusedMore(more, _address, _call);
    }

    [LoggerMessage(2010, LogLevel.Warning, "A key was refused that came from {Address} with {Call}: it is unknown, revoked or expired")]
    private partial void Refused(string address, string call);

    [LoggerMessage(2011, LogLevel.Warning, "{Count} more keys were refused in the last minute, the last from {Address} with {Call}")]
    private partial void RefusedMore(int count, string address, string call);
}
