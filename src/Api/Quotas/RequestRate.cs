using System.Globalization;
using System.Threading.RateLimiting;
using ConcatService.Api.Access;
using ConcatService.Api.Errors;
using Microsoft.AspNetCore.RateLimiting;

namespace ConcatService.Api.Quotas;

/// <summary>
/// Holds each team to its requests a second in this process, with as many at once, and tells every caller what is left (the headers are
/// those of <see cref="QuotaException"/>). Calls for predictions are not counted: their bound is each model's queue. Operators are not
/// held: they could not take back what they set.
/// </summary>
internal static class RequestRate
{
    private const int Steps = 10;

    public static void UseIn(WebApplication app)
    {
        var defaults = app.Services.GetRequiredService<QuotaLimits>();
        var limiter = PartitionedRateLimiter.Create<KnownKey, (int Team, int Rate)>(key =>
            RateLimitPartition.GetTokenBucketLimiter(
                (Team: key.TeamId, Rate: key.RequestsPerSecond ?? defaults.RequestsPerSecond),
                of => Bucket(of.Rate)
            )
        );
        app.Lifetime.ApplicationStopped.Register(limiter.Dispose);
        app.Use(async (http, next) =>
        {
            if (http.Features.Get<KnownKey>() is not { } key || key.Scopes.Contains(Scopes.Operator) || IsFree(http.GetEndpoint()))
            {
                await next(http);
                return;
            }

            var rate = key.RequestsPerSecond ?? defaults.RequestsPerSecond;
            using var lease = limiter.AttemptAcquire(key);
            var left = limiter.GetStatistics(key)?.CurrentAvailablePermits ?? 0;
            http.Response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"requests\";q={rate};w=1");
            http.Response.Headers["RateLimit"] = string.Create(CultureInfo.InvariantCulture, $"\"requests\";r={left};t=1");
            if (lease.IsAcquired)
            {
                await next(http);
                return;
            }

            http.Response.Headers.RetryAfter = "1";
            await Problems
                .Of(429, "quota.requests_per_second", $"The team may send {rate} requests a second. Try again in a second.")
                .ExecuteAsync(http);
        });
    }

    private static bool IsFree(Endpoint? endpoint) => endpoint?.Metadata.GetMetadata<DisableRateLimitingAttribute>() is not null;

    private static TokenBucketRateLimiterOptions Bucket(int rate) =>
        new()
        {
            TokenLimit = rate,
            TokensPerPeriod = Math.Max(1, rate / Steps),
            ReplenishmentPeriod = TimeSpan.FromSeconds(rate < Steps ? 1.0 / rate : 1.0 / Steps),
            AutoReplenishment = true,
        };
}
