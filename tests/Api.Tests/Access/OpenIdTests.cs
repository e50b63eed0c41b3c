using System.Net;
using System.Security.Cryptography;
using System.Text;
using ConcatService.Api.Access;
using ConcatService.Api.Tests.Inference.Protocol;
using ConcatService.Persistence.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.Tokens;

namespace ConcatService.Api.Tests.Access;

/// <summary>Sign-in by a company's provider, with tokens and with a browser.</summary>
public sealed class OpenIdTests : IClassFixture<OpenIdTests.Server>
{
    private readonly OpenIdProvider _provider;
    private readonly Server _server;

    /// <summary>Alice is in the group <c>ml</c> when a test begins.</summary>
    public OpenIdTests(Server server)
    {
        (_server, _provider) = (server, server.Provider);
        (_provider.Subject, _provider.Groups) = ($"alice-{Guid.NewGuid():N}", ["ml"]);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private ApiServer Api => _server.Api!;

    public sealed class Server(PostgresFixture postgres) : IAsyncLifetime
    {
        internal OpenIdProvider Provider { get; } = new();

        internal ApiServer? Api { get; private set; }

        internal Uri Address { get; } = new($"http://127.0.0.1:{ProtocolServer.FreePorts()}");

        public async ValueTask InitializeAsync()
        {
            await Provider.StartAsync();
            Api = new ApiServer(postgres)
            {
                Port = Address.Port,
                Settings = new Dictionary<string, string>
                {
                    ["OpenIdConnect:Authority"] = Provider.Address,
                    ["OpenIdConnect:ClientId"] = OpenIdProvider.ClientId,
                    ["OpenIdConnect:ClientSecret"] = OpenIdProvider.ClientSecret,
                    ["OpenIdConnect:RequireHttps"] = "false",
                    ["OpenIdConnect:Groups"] =
                        "leads=vision admin; ml=vision jobs:read jobs:write; guests=outside jobs:read; movers=moving jobs:read",
                },
            };
            await Api.InitializeAsync();
            Api.Client(null).Dispose();                                         // starts it
        }

        public async ValueTask DisposeAsync()
        {
            await Api!.DisposeAsync();
            await Provider.DisposeAsync();
        }
    }

    /// <summary>What the audit has of a person's key, as an admin of the team reads it.</summary>
    private async Task<IEnumerable<string?>> ChangesAsync(string person) =>
        (await GetAsync("/v1/audit", _provider.TokenFor(OpenIdProvider.ClientId)))
            .Json.GetProperty("data")
            .EnumerateArray()
            .Where(row => row.GetProperty("key_name").GetString() == person)
            .Select(row => row.GetProperty("action").GetString())
            .Where(action => action!.StartsWith("key.", StringComparison.Ordinal));

    [Fact]
    public async Task A_token_of_the_provider_is_taken_as_a_key_of_the_groups_team_with_its_scopes()
    {
        var me = await GetAsync("/v1/me", _provider.TokenFor(OpenIdProvider.ClientId));
        Assert.Equal((200, "vision"), (me.Status, me.Json.GetProperty("team").GetString()));
        Assert.Equal(["jobs:read", "jobs:write"], Scopes(me));
        Assert.Equal(403, (await GetAsync("/v1/keys", _provider.TokenFor(OpenIdProvider.ClientId))).Status);

        _provider.Groups = ["ml", "leads"];
        Assert.Equal(["admin", "jobs:read", "jobs:write"], Scopes(await GetAsync("/v1/me", _provider.TokenFor(OpenIdProvider.ClientId))));
        var keys = await GetAsync("/v1/keys", _provider.TokenFor(OpenIdProvider.ClientId));
        var names = keys.Json.GetProperty("data").EnumerateArray().Select(key => key.GetProperty("name").GetString());
        Assert.Single(names, $"{_provider.Subject}@example.com");
        Assert.Equal(["key.change", "key.create"], await ChangesAsync($"{_provider.Subject}@example.com"));

        _provider.Groups = ["guests"];
        me = await GetAsync("/v1/me", _provider.TokenFor(OpenIdProvider.ClientId));
        Assert.Equal("outside", me.Json.GetProperty("team").GetString());
    }

    [Fact]
    public async Task A_group_of_a_renamed_team_still_means_that_team_until_another_has_the_name()
    {
        _provider.Groups = ["movers"];
        Assert.Equal("moving", await TeamAsync());
        using var renamed = new StringContent("""{ "name": "moved" }""", Encoding.UTF8, "application/json");
        var path = $"{_server.Address}v1/teams/moving";
        Assert.Equal(200, (await Api.SendAsync(HttpMethod.Patch, path, renamed, Api.AdminKey)).Status);
        Assert.Equal("moved", await TeamAsync());
        _provider.Subject = $"bob-{Guid.NewGuid():N}";                          // nobody knows him yet
        Assert.Equal("moved", await TeamAsync());
        var teams = (await GetAsync("/v1/teams", Api.AdminKey)).Body;
        Assert.DoesNotContain("\"moving\"", teams, StringComparison.Ordinal);

        await Api.MakeKeyAsync("moving", "infer");
        _provider.Subject = $"carol-{Guid.NewGuid():N}";
        Assert.Equal("moving", await TeamAsync());
    }

    private async Task<string?> TeamAsync() =>
        (await GetAsync("/v1/me", _provider.TokenFor(OpenIdProvider.ClientId))).Json.GetProperty("team").GetString();

    [Fact]
    public async Task A_token_that_is_old_or_foreign_or_of_nobodys_group_is_refused()
    {
        var good = _provider.TokenFor(OpenIdProvider.ClientId);
        var middle = good.LastIndexOf('.') + 10;
        string[] tokens =
        [
            _provider.TokenFor(OpenIdProvider.ClientId, TimeSpan.FromMinutes(-10)),
            _provider.TokenFor("another service"),
            _provider.TokenFor(OpenIdProvider.ClientId, key: new RsaSecurityKey(RSA.Create(2048)) { KeyId = "1" }),
            good[..middle] + (good[middle] == 'A' ? 'B' : 'A') + good[(middle + 1)..],
            "a.b.c",
        ];
        foreach (var token in tokens)
            Assert.Equal((401, "access.invalid_key"), Of(await GetAsync("/v1/me", token)));
        _provider.Groups = ["strangers"];
        Assert.Equal((401, "access.invalid_key"), Of(await GetAsync("/v1/me", _provider.TokenFor(OpenIdProvider.ClientId))));
    }

    [Fact]
    public async Task Whose_key_an_admin_revokes_is_out_although_the_provider_vouches()
    {
        _provider.Groups = ["leads"];
        var token = _provider.TokenFor(OpenIdProvider.ClientId);
        var id = (await GetAsync("/v1/me", token)).Json.GetProperty("key_id").GetString();
        Assert.Equal(204, (await Api.SendAsync(HttpMethod.Delete, $"{_server.Address}v1/keys/{id}", key: token)).Status);
        Assert.Equal(401, (await GetAsync("/v1/me", token)).Status);
        Assert.Equal(401, (await GetAsync("/v1/me", _provider.TokenFor(OpenIdProvider.ClientId))).Status);
    }

    [Fact]
    public async Task A_browser_signs_in_by_the_code_flow_and_gets_a_session()
    {
        using var browser = Browser();
        Assert.Contains("/login/openid?after=", await browser.GetStringAsync("/login?return=/v1/me", Cancel), StringComparison.Ordinal);
        var page = await FollowAsync(browser, "/login/openid?after=/v1/me");
        Assert.Contains("url=/v1/me", await page.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        var me = await Answer.OfAsync(await browser.GetAsync("/v1/me", Cancel));
        Assert.Equal((200, "vision"), (me.Status, me.Json.GetProperty("team").GetString()));

        using var foreign = new HttpRequestMessage(HttpMethod.Post, "/v1/jobs") { Content = new StringContent("{}") };
        Assert.Equal(403, (int)(await browser.SendAsync(foreign, Cancel)).StatusCode);
    }

    [Fact]
    public async Task A_browser_of_nobodys_group_is_told_so_and_is_not_sent_elsewhere()
    {
        _provider.Groups = ["strangers"];
        using var browser = Browser();
        Assert.Equal((403, "access.no_group"), Of(await Answer.OfAsync(await FollowAsync(browser, "/login/openid"))));
        _provider.Groups = ["ml"];
        var page = await (await FollowAsync(browser, "/login/openid?after=//elsewhere.example")).Content.ReadAsStringAsync(Cancel);
        Assert.Contains("url=/\"", page, StringComparison.Ordinal);
        var refused = await browser.GetAsync("/login/openid/callback?code=x&state=y", Cancel);
        Assert.Equal((401, "access.openid_failed"), Of(await Answer.OfAsync(refused)));
    }

    [Theory]
    [InlineData("ml", "is GROUP=TEAM SCOPE")]
    [InlineData("ml=vision", "is GROUP=TEAM SCOPE")]
    [InlineData("ml=vision jobs:all", "the scopes are jobs:read")]
    [InlineData("ml=a/b infer", "is GROUP=TEAM SCOPE")]
    public void Groups_that_cannot_be_read_stop_the_service_with_the_reason(string groups, string reason)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["OpenIdConnect:Authority"] = "https://provider.example",
                ["OpenIdConnect:ClientId"] = "concat",
                ["OpenIdConnect:Groups"] = groups,
            }
        ).Build();
        var failure = Assert.Throws<InvalidOperationException>(() => OpenIdSettings.From(configuration));
        Assert.Contains(reason, failure.Message, StringComparison.Ordinal);
    }

    private Task<Answer> GetAsync(string path, string token) => Api.GetAsync(new Uri(_server.Address, path).ToString(), token);

    private static (int, string?) Of(Answer answer) => (answer.Status, answer.Code);

    private static IEnumerable<string?> Scopes(Answer me) =>
        me.Json.GetProperty("scopes").EnumerateArray().Select(each => each.GetString());

    private HttpClient Browser() =>
        new(new HttpClientHandler { AllowAutoRedirect = false, CookieContainer = new() }) { BaseAddress = _server.Address };

    /// <summary>Follows redirects from host to host, as browsers do.</summary>
    private static async Task<HttpResponseMessage> FollowAsync(HttpClient browser, string path)
    {
        var response = await browser.GetAsync(path, Cancel);
        for (var hops = 0; response.StatusCode == HttpStatusCode.Redirect && hops < 10; hops++)
            response = await browser.GetAsync(response.Headers.Location, Cancel);
        return response;
    }
}
