namespace ConcatService.Api.Tests.Pages;

public sealed class PageTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly (string, string) Html = ("Accept", "text/html");

    [Theory]
    [InlineData("/workbench", "<title>Workbench ·")]
    [InlineData("/jobs", "<title>Jobs ·")]
    [InlineData("/jobs/01a21f97-42c6-7721-9215-3193ba3c6ada", "<title>Job ·")]
    [InlineData("/jobs/compare", "<title>Compare ·")]
    [InlineData("/studies", "<title>Studies ·")]
    [InlineData("/studies/01a21f97-42c6-7721-9215-3193ba3c6ada", "<title>Study ·")]
    [InlineData("/data", "<title>Data ·")]
    [InlineData("/models", "<title>Models ·")]
    [InlineData("/workers", "<title>Workers ·")]
    [InlineData("/keys", "<title>Keys ·")]
    public async Task A_page_is_shown_to_who_signed_in_and_others_are_sent_to_do_so(string path, string title)
    {
        var stranger = await api.SendAsync(HttpMethod.Get, path, key: null, headers: Html);
        Assert.Equal((302, $"/login?return={Uri.EscapeDataString(path)}"), (stranger.Status, stranger.Headers["Location"]));
        var page = await api.SendAsync(HttpMethod.Get, path, headers: Html);
        Assert.Equal((200, "text/html; charset=utf-8"), (page.Status, page.Headers["Content-Type"]));
        Assert.Contains(title, page.Body, StringComparison.Ordinal);
        var policy = page.Headers["Content-Security-Policy"];
        Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/nothing")]
    [InlineData("/models/nothing")]
    public async Task What_is_not_there_is_a_page_to_a_person_and_a_problem_to_a_program(string path)
    {
        var page = await api.SendAsync(HttpMethod.Get, path, headers: Html);
        Assert.Equal((404, "text/html; charset=utf-8"), (page.Status, page.Headers["Content-Type"]));
        Assert.Contains("There is no such page", page.Body, StringComparison.Ordinal);
        Assert.Contains("script-src 'self'", page.Headers["Content-Security-Policy"], StringComparison.Ordinal);
        Assert.Equal("not_found", (await api.GetAsync(path)).Code);
        Assert.Equal("not_found", (await api.SendAsync(HttpMethod.Get, "/v1/models/nothing", headers: Html)).Code);
    }

    [Fact]
    public async Task The_beginning_is_the_workbench()
    {
        var answer = await api.SendAsync(HttpMethod.Get, "/", key: null);
        Assert.Equal((302, "/workbench"), (answer.Status, answer.Headers["Location"]));
    }

    [Fact]
    public async Task Every_file_that_a_page_names_is_there_open_and_sent_once()
    {
        const string Job = "/jobs/01a21f97-42c6-7721-9215-3193ba3c6ada", Study = "/studies/01a21f97-42c6-7721-9215-3193ba3c6ada";
        string[] pages =
        [
            "/login", "/workbench", "/jobs", "/jobs/compare", Job, "/studies", Study, "/data", "/models", "/workers", "/keys",
        ];
        var seen = new HashSet<string>();
        foreach (var page in pages)
        {
            var html = (await api.GetAsync(page)).Body;
            foreach (var file in html.Split('"').Where(text => text.StartsWith("/assets/", StringComparison.Ordinal)))
            {
                if (!seen.Add(file))
                    continue;
                var asset = await api.SendAsync(HttpMethod.Get, file, key: null);
                Assert.True(asset.Status == 200, $"{page} names {file}: {asset.Status}");
                var again = await api.SendAsync(HttpMethod.Get, file, key: null, headers: ("If-None-Match", asset.Headers["ETag"]));
                Assert.Equal(304, again.Status);
            }
        }

        Assert.Equal(404, (await api.GetAsync("/assets/nothing.js")).Status);
        Assert.Equal(404, (await api.GetAsync("/assets/workbench.html")).Status);
    }
}
