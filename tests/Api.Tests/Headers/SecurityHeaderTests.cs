using System.Text.RegularExpressions;
using ConcatService.Api.Jobs;
using ConcatService.Api.Tests.Inference;

namespace ConcatService.Api.Tests.Headers;

/// <summary>The second wall: what a browser is told of every answer.</summary>
public sealed partial class SecurityHeaderTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Theory]
    [InlineData("/v1/jobs")]
    [InlineData("/v1/nothing")]
    [InlineData("/v1/jobs?limit=x")]
    [InlineData("/v1/keys")]
    [InlineData("/v1/operators")]
    [InlineData("/health/live")]
    [InlineData("/metrics")]
    [InlineData("/v2/models/none")]
    public async Task Data_and_refusals_load_nothing_and_are_framed_by_nobody(string path)
    {
        foreach (var key in new[] { api.AdminKey, api.Key, null })
        {
            var headers = (await api.GetAsync(path, key)).Headers;
            Assert.Equal("nosniff", headers["X-Content-Type-Options"]);
            Assert.Equal("DENY", headers["X-Frame-Options"]);
            Assert.Equal("same-origin", headers["Referrer-Policy"]);
            Assert.Equal("default-src 'none'; frame-ancestors 'none'", headers["Content-Security-Policy"]);
        }
    }

    [Fact]
    public async Task Our_pages_run_and_load_files_of_this_host_alone()
    {
        await SmallModels.PublishAsync(api, "framed", SmallModels.Linear());
        foreach (var path in new[] { "/login", "/models/framed", "/workbench", "/keys" })
        {
            var page = await api.GetAsync(path);
            Assert.Equal(
                "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
                    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
                page.Headers["Content-Security-Policy"]
            );
            Assert.DoesNotContain("<style", page.Body, StringComparison.Ordinal);
            Assert.DoesNotMatch(InlineScript(), page.Body);
            Assert.DoesNotMatch(StyleAttribute(), page.Body);
        }
    }

    [Theory]
    [InlineData("/swagger/index.html")]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/jobs/enqueued")]
    public async Task Pages_of_libraries_run_scripts_of_this_host_alone(string path)
    {
        var page = await api.GetAsync(path, api.AdminKey);
        Assert.Equal(200, page.Status);
        var policy = page.Headers["Content-Security-Policy"];
        Assert.StartsWith("default-src 'self'; style-src 'self' 'unsafe-inline';", policy, StringComparison.Ordinal);
        Assert.EndsWith("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotMatch(InlineScript(), page.Body); // the policy would keep it from running
    }

    [Fact]
    public async Task Pictures_bring_their_style_alone()
    {
        var job = (await api.PostAsync("/v1/jobs", CreateJob.Example)).Json.GetProperty("id").GetString();
        foreach (var picture in new[] { "graph.svg", "plot.svg" })
            Assert.Equal(
                "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
                (await api.GetAsync($"/v1/jobs/{job}/{picture}")).Headers["Content-Security-Policy"]
            );
    }

    [Fact]
    public async Task An_answer_with_a_key_is_kept_by_no_cache()
    {
        var made = await api.PostAsync("/v1/keys", """{ "name": "a", "team": "ours", "scopes": ["infer"] }""", api.AdminKey);
        Assert.Equal((201, "no-store"), (made.Status, made.Headers["Cache-Control"]));
        using var form = new FormUrlEncodedContent([new("key", api.Key)]);
        var signedIn = await api.SendAsync(HttpMethod.Post, "/login", form, null, ("Sec-Fetch-Site", "same-origin"));
        Assert.Equal((302, "no-store"), (signedIn.Status, signedIn.Headers["Cache-Control"]));
    }

    [GeneratedRegex("<[^>]+ style=")]
    private static partial Regex StyleAttribute();

    [GeneratedRegex("<script(?![^>]* src=)|<[^>]+ on[a-z]+=\"")]
    private static partial Regex InlineScript();
}
