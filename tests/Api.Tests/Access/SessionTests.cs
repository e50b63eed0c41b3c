using System.Net;
using ConcatService.Api.Access;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Access;

/// <summary>Browsers: sessions, their cookie, and what pages of other origins cannot make them do.</summary>
public sealed class SessionTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Spec = """
        { "inputs": { "x": { "shape": [3, 8, 8] } }, "layers": [ { "type": "conv2d", "out_channels": 4, "kernel_size": 3 } ] }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_browser_signs_in_with_a_key_and_its_session_opens_what_the_key_opens()
    {
        using var client = api.Client(key: null);
        using var ask = new HttpRequestMessage(HttpMethod.Get, "/hangfire") { Headers = { { "Accept", "text/html" } } };
        Assert.Equal("/login?return=%2Fhangfire", (await client.SendAsync(ask, Cancel)).Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await SignInAsync(client, "ccs_wrong")).StatusCode);

        var signedIn = await SignInAsync(client, api.AdminKey, "/hangfire");
        Assert.Equal((HttpStatusCode.Redirect, "/hangfire"), (signedIn.StatusCode, signedIn.Headers.Location!.ToString()));
        var cookie = signedIn.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=strict", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("expires=", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain(api.AdminKey, cookie, StringComparison.Ordinal);

        var page = await client.GetAsync("/hangfire", Cancel);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.DoesNotContain("Username", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("//elsewhere.example")]
    [InlineData("/\\elsewhere.example")]
    [InlineData("https://elsewhere.example")]
    public async Task Signing_in_never_sends_the_browser_elsewhere(string after)
    {
        using var client = api.Client(key: null);
        Assert.Equal("/", (await SignInAsync(client, api.Key, after)).Headers.Location!.ToString());
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")] // another port of the same host
    [InlineData("Origin", "http://localhost:9999")]
    [InlineData("Origin", "null")]
    [InlineData("X-Nothing", "1")]
    public async Task A_page_of_another_origin_changes_nothing_by_a_session_and_signs_nobody_in_or_out(string header, string value)
    {
        using var client = api.Client(key: null);
        await SignInAsync(client, api.Key);
        foreach (var path in new[] { "/v1/architectures", "/v1/jobs", "/login", "/logout" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(Spec) };
            request.Headers.TryAddWithoutValidation(header, value);
            using var response = await client.SendAsync(request, Cancel);
            Assert.Equal((path, HttpStatusCode.Forbidden), (path, response.StatusCode));
            Assert.Contains("access.cross_site", await response.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/v1/me", Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("/login")]
    [InlineData("/login/")]
    [InlineData("/Login")]
    [InlineData("/logout/")]
    public async Task Nobody_is_signed_in_or_out_by_another_page_however_the_path_is_written(string path)
    {
        using var form = new FormUrlEncodedContent([new("key", api.Key)]);
        var answer = await api.SendAsync(HttpMethod.Post, path, form, null, ("Sec-Fetch-Site", "cross-site"));
        Assert.Equal((403, "access.cross_site"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task Other_credentials_than_a_key_do_not_make_a_session_harmless()
    {
        using var client = api.Client(key: null);
        await SignInAsync(client, api.Key);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/architectures/validate") { Content = new StringContent(Spec) };
        request.Headers.TryAddWithoutValidation("Authorization", "Basic eDp5");
        Assert.Equal(HttpStatusCode.Forbidden, (await client.SendAsync(request, Cancel)).StatusCode);
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    [InlineData("Origin", "http://localhost")]
    public async Task A_page_of_the_service_works_by_its_session(string header, string value)
    {
        using var client = api.Client(key: null);
        await SignInAsync(client, api.Key);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/architectures/validate")
        {
            Content = new StringContent(Spec, null, "application/json"),
        };
        request.Headers.TryAddWithoutValidation(header, value);
        Assert.Equal(HttpStatusCode.OK, (await client.SendAsync(request, Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_when_its_browser_signs_out_when_an_admin_ends_it_and_when_its_key_is_revoked()
    {
        var admin = await api.MakeKeyAsync("sessions", Scopes.Admin);
        using var left = api.Client(key: null);
        await SignInAsync(left, admin);
        Assert.Equal(HttpStatusCode.OK, (await left.GetAsync("/v1/me", Cancel)).StatusCode);
        using var leave = SameOrigin("/logout");
        Assert.Equal("/login", (await left.SendAsync(leave, Cancel)).Headers.Location!.ToString());
        Assert.Equal(HttpStatusCode.Unauthorized, (await left.GetAsync("/v1/me", Cancel)).StatusCode);

        using var thrown = api.Client(key: null);
        await SignInAsync(thrown, admin);
        var listed = (await api.GetAsync("/v1/sessions", admin)).Json.GetProperty("data");
        Assert.Equal(1, listed.GetArrayLength());
        var id = listed[0].GetProperty("id").GetGuid();
        var stranger = await api.MakeKeyAsync("strangers", Scopes.Admin);
        Assert.Equal(404, (await api.SendAsync(HttpMethod.Delete, $"/v1/sessions/{id}", key: stranger)).Status);
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/sessions/{id}", key: admin)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await thrown.GetAsync("/v1/me", Cancel)).StatusCode);

        using var revoked = api.Client(key: null);
        await SignInAsync(revoked, admin);
        Assert.Equal(HttpStatusCode.OK, (await revoked.GetAsync("/v1/me", Cancel)).StatusCode);
        var key = (await api.GetAsync("/v1/me", admin)).Json.GetProperty("key_id").GetGuid();
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, $"/v1/keys/{key}", key: admin)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await revoked.GetAsync("/v1/me", Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_session_that_is_over_opens_nothing_and_its_text_is_no_key()
    {
        var text = KeyText.NewSession();
        await using (var db = api.Database.Open())
        {
            var hash = KeyText.Hash(api.Key);
            db.Add(
                new Session
                {
                    ApiKeyId = await db.ApiKeys.Where(key => key.Hash == hash).Select(key => key.Id).SingleAsync(Cancel),
                    Hash = KeyText.Hash(text),
                    ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1),
                }
            );
            await db.SaveChangesAsync(Cancel);
        }

        (string, string) cookie = ("Cookie", $"concat_session_80={text}");
        Assert.Equal(401, (await api.SendAsync(HttpMethod.Get, "/v1/me", key: null, headers: cookie)).Status);
        Assert.Equal(401, (await api.GetAsync("/v1/me", text)).Status);
    }

    private static Task<HttpResponseMessage> SignInAsync(HttpClient client, string key, string after = "")
    {
        var request = SameOrigin("/login");
        request.Content = new FormUrlEncodedContent([new("key", key), new("return", after)]);
        return client.SendAsync(request, Cancel);
    }

    private static HttpRequestMessage SameOrigin(string path) =>
        new(HttpMethod.Post, path) { Headers = { { "Sec-Fetch-Site", "same-origin" } } };
}
