using System.Net;
using ConcatService.Api.Access;
using ConcatService.Persistence.Tests;

namespace ConcatService.Api.Tests.Hosting;

/// <summary>Who the caller is behind a proxy: what a known one says, and nothing that a stranger claims.</summary>
public sealed class ProxyTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_known_proxy_tells_address_and_scheme()
    {
        await using var api = await StartAsync(("Service__KnownProxies", "10.9.0.0/16, 127.0.0.1"));
        await RefuseAsync(api, "6.6.6.6, 203.0.113.7");
        // The proxy added the last one; what stands before it, anybody can write.
        Assert.Contains("came from 203.0.113.7 with GET /v1/me", await api.LineAsync("RefusedKeys"), StringComparison.Ordinal);
        using var answer = await SignInAsync(api);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var cookie = answer.Headers.GetValues("Set-Cookie").Single();
        Assert.StartsWith("__Host-concat_session=", cookie, StringComparison.Ordinal);
        Assert.Contains("; secure", cookie, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("10.9.0.0/16")]
    public async Task Nobody_else_is_believed(string known)
    {
        await using var api = await StartAsync(("Service__KnownProxies", known));
        await RefuseAsync(api, "203.0.113.7");
        Assert.Contains("came from 127.0.0.1 with GET /v1/me", await api.LineAsync("RefusedKeys"), StringComparison.Ordinal);
        using var answer = await SignInAsync(api);
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode); // the page's origin is https, and the service's is not
    }

    private async Task<ApiProcess> StartAsync((string Name, string Value) setting)
    {
        await using var db = database.Open();
        var (key, _) = await KeyMaker.MakeAsync(db, "ours", "test", [Scopes.JobsRead], null, Cancel);
        return await ApiProcess.StartAsync(database.ConnectionString, key, setting);
    }

    private static async Task RefuseAsync(ApiProcess api, string forwarded)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/me");
        request.Headers.Add("X-Forwarded-For", forwarded);
        request.Headers.Authorization = new("Bearer", "ccs_wrong");
        using var answer = await api.Http.SendAsync(request, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    /// <summary>As a browser does through a proxy that ends TLS.</summary>
    private static async Task<HttpResponseMessage> SignInAsync(ApiProcess api)
    {
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, UseCookies = false };
        using var client = new HttpClient(handler) { BaseAddress = api.Http.BaseAddress };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/login")
        {
            Content = new FormUrlEncodedContent([new("key", api.Http.DefaultRequestHeaders.Authorization!.Parameter)]),
        };
        request.Headers.Add("X-Forwarded-For", "203.0.113.7");
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("Origin", $"https://{api.Http.BaseAddress!.Authority}");
        return await client.SendAsync(request, Cancel);
    }
}
