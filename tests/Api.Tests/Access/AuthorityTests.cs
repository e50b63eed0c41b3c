using System.Text.Json;
using ConcatService.Api.Access;
using ConcatService.Persistence.Entities;
using Microsoft.EntityFrameworkCore;

namespace ConcatService.Api.Tests.Access;

/// <summary>An admin is of a team, an operator of the instance.</summary>
public sealed class AuthorityTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_admin_makes_sees_and_ends_keys_of_its_own_team_alone()
    {
        var admin = await api.MakeKeyAsync("theirs", Scopes.Admin);
        var refused = await api.PostAsync("/v1/keys", """{ "name": "x", "team": "ours", "scopes": ["jobs:read"] }""", admin);
        Assert.Equal((403, "access.other_team"), (refused.Status, refused.Code));
        Assert.Contains("'theirs'", refused.Body, StringComparison.Ordinal);

        var made = await api.PostAsync("/v1/keys", """{ "name": "mine", "scopes": ["jobs:read"] }""", admin);
        Assert.Equal((201, "theirs"), (made.Status, made.Json.GetProperty("details").GetProperty("team").GetString()));
        var listed = (await api.GetAsync("/v1/keys?limit=100", admin)).Json.GetProperty("data").EnumerateArray().ToList();
        Assert.All(listed, key => Assert.Equal("theirs", key.GetProperty("team").GetString()));
        Assert.Contains(listed, key => key.GetProperty("name").GetString() == "mine");

        Assert.Equal(404, (await EndAsync(await KeyIdAsync(api.Key), admin)).Status);
        Assert.Equal(200, (await api.GetAsync("/v1/diagnostics")).Status);
        Assert.Equal(204, (await EndAsync(made.Json.GetProperty("details").GetProperty("id").GetGuid(), admin)).Status);
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("metrics")]
    public async Task An_admin_hands_out_nothing_that_concerns_other_teams(string scope)
    {
        var admin = await api.MakeKeyAsync("theirs", Scopes.Admin);
        var refused = await api.PostAsync("/v1/keys", $$"""{ "name": "x", "scopes": ["jobs:read", "{{scope}}"] }""", admin);
        Assert.Equal((403, "access.missing_scope"), (refused.Status, refused.Code));
        var wide = await KeyIdAsync(await api.MakeKeyAsync("theirs", scope));
        Assert.Equal(403, (await EndAsync(wide, admin)).Status);
        Assert.Equal(204, (await EndAsync(wide, api.AdminKey)).Status);
    }

    [Fact]
    public async Task Metrics_are_for_who_scrapes_and_for_operators()
    {
        Assert.Equal(403, (await api.GetAsync("/metrics", await api.MakeKeyAsync("theirs", Scopes.Admin))).Status);
        var scraper = await api.MakeKeyAsync("theirs", Scopes.Metrics);
        Assert.Equal(200, (await api.GetAsync("/metrics", scraper)).Status);
        Assert.Equal(403, (await api.GetAsync("/v1/jobs", scraper)).Status);
        Assert.Equal(200, (await api.GetAsync("/metrics", await api.MakeKeyAsync("theirs", Scopes.Operator))).Status);
    }

    [Theory]
    [InlineData("<script>")]
    [InlineData("-ours")]
    [InlineData("m\u00FCller")]
    public async Task A_team_s_name_is_of_plain_letters(string team)
    {
        var answer = await api.PostAsync(
            "/v1/keys",
            JsonSerializer.Serialize(
                new
                {
                    name = "x",
                    team,
                    scopes = new[] { "infer" },
                }
            ),
            api.AdminKey
        );
        Assert.Equal((422, ("/team", "team_name")), (answer.Status, answer.Fault));
    }

    private async Task<Guid> KeyIdAsync(string key)
    {
        await using var db = api.Database.Open();
        var hash = KeyText.Hash(key);
        return await db.Set<ApiKey>().Where(each => each.Hash == hash).Select(each => each.Id).SingleAsync(Cancel);
    }

    private Task<Answer> EndAsync(Guid id, string key) => api.SendAsync(HttpMethod.Delete, $"/v1/keys/{id}", key: key);
}
