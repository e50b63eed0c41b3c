using System.Globalization;

namespace ConcatService.Api.Errors;

/// <summary>
/// The team takes as much as it may: a 429 <c>quota.NAME</c> with <c>Retry-After</c> and the headers of the IETF's draft
/// (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/).
/// </summary>
/// <param name="quota">The name in <c>GET /v1/quotas</c>.</param>
/// <param name="limit">In the quota's unit.</param>
/// <param name="detail">What is used up and what helps.</param>
internal sealed class QuotaException(string quota, long limit, string detail)
    : ProblemException(Problems.Of(429, $"quota.{quota}", $"{detail} An operator can raise the quota: PUT /v1/quotas."))
{
    private const int RetryAfterSeconds = 30;

    public void AddHeaders(HttpResponse response)
    {
        response.Headers.RetryAfter = RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        response.Headers["RateLimit-Policy"] = string.Create(CultureInfo.InvariantCulture, $"\"{quota}\";q={limit}");
        response.Headers["RateLimit"] = $"\"{quota}\";r=0";
    }
}
