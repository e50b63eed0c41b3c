using ConcatService.Api.Access;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Keys;

public sealed class KeyTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly string[] Open =
    [
        "",
        "/",
        "/assets/x",
        "/login",
        "/logout",
        "/health/live",
        "/health/ready",
        "/v2/health/live",
        "/v2/health/ready",
        "/v1/schema",
        "/inference.GRPCInferenceService/ServerLive",
        "/inference.GRPCInferenceService/ServerReady",
    ];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_route_but_health_schema_docs_and_login_asks_for_a_key()
    {
        var routes = Routes().Where(route => !Open.Contains(route.Path)).ToList();
        Assert.True(routes.Count > 5);
        foreach (var (method, path) in routes)
            Assert.True((await api.SendAsync(method, path, key: null)).Status == 401, $"{method} {path}");
    }

    [Fact]
    public async Task Health_and_docs_and_login_are_open()
    {
        foreach (var path in new[] { "/health/live", "/health/ready", "/swagger/index.html", "/swagger/v1/swagger.json", "/login" })
            Assert.Equal((path, 200), (path, (await api.GetAsync(path, key: null)).Status));
    }

    [Fact]
    public async Task An_unknown_path_asks_for_a_key_and_is_then_a_404_problem()
    {
        Assert.Equal(401, (await api.GetAsync("/v1/nothing", key: null)).Status);
        var answer = await api.GetAsync("/v1/nothing");
        Assert.Equal((404, "not_found", "application/problem+json"), (answer.Status, answer.Code, answer.Headers["Content-Type"]));
    }

    [Theory]
    [InlineData("ccs_wrong")]
    [InlineData("ccs_000000000000000000000000000000000000")]
    [InlineData("%FF")]
    public async Task A_wrong_key_is_a_401_that_says_so(string key)
    {
        var answer = await api.SendAsync(HttpMethod.Get, "/v1/diagnostics", key: null, headers: ("Authorization", "Bearer " + key));
        Assert.Equal((401, "access.invalid_key"), (answer.Status, answer.Code));
        Assert.Contains("invalid_token", answer.Headers["WWW-Authenticate"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_is_shown_once_works_is_listed_without_its_text_and_ends_when_revoked()
    {
        var made = await api.PostAsync("/v1/keys", """{ "name": "laptop", "team": "new", "scopes": ["jobs:read"] }""", api.AdminKey);
        Assert.Equal(201, made.Status);
        var key = made.Json.GetProperty("key").GetString()!;
        Assert.True(KeyText.IsWellFormed(key));
        Assert.Equal(200, (await api.GetAsync("/v1/diagnostics", key)).Status);

        var listed = (await api.GetAsync("/v1/keys", api.AdminKey)).Body;
        Assert.Contains(KeyText.Prefix(key), listed, StringComparison.Ordinal);
        Assert.DoesNotContain(key, listed, StringComparison.Ordinal);

        var path = $"/v1/keys/{made.Json.GetProperty("details").GetProperty("id").GetString()}";
        Assert.Equal(204, (await api.SendAsync(HttpMethod.Delete, path, key: api.AdminKey)).Status);
        Assert.Equal(401, (await api.GetAsync("/v1/diagnostics", key)).Status);
    }

    [Fact]
    public async Task A_rotated_key_and_the_one_before_are_both_valid_until_the_old_one_expires()
    {
        var made = (await api.PostAsync("/v1/keys", """{ "name": "ci", "team": "turning", "scopes": ["jobs:read"] }""", api.AdminKey)).Json;
        var (old, id) = (made.GetProperty("key").GetString()!, made.GetProperty("details").GetProperty("id").GetString());
        var rotated = await api.PostAsync($"/v1/keys/{id}/rotate?keep=PT2S", "{}", api.AdminKey);
        Assert.Equal((201, "no-store"), (rotated.Status, rotated.Headers["Cache-Control"]));
        var (key, details) = (rotated.Json.GetProperty("key").GetString()!, rotated.Json.GetProperty("details"));
        Assert.Equal(("ci", "turning"), (details.GetProperty("name").GetString(), details.GetProperty("team").GetString()));
        Assert.Equal("""["jobs:read"]""", details.GetProperty("scopes").GetRawText());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, details.GetProperty("expires_at").ValueKind);
        Assert.Equal(200, (await api.GetAsync("/v1/diagnostics", key)).Status);

        for (var tries = 0; (await api.GetAsync("/v1/diagnostics", old)).Status != 401; tries++)
        {
            Assert.True(tries < 100, "the old key does not expire");
            await Task.Delay(100, Cancel);
        }

        Assert.Equal(200, (await api.GetAsync("/v1/diagnostics", key)).Status);
        Assert.Equal("key.ended", (await api.PostAsync($"/v1/keys/{id}/rotate", "{}", api.AdminKey)).Code);
    }

    [Fact]
    public async Task A_key_of_another_team_is_not_rotated_and_none_is_kept_for_a_year()
    {
        var admin = await api.MakeKeyAsync("neighbours", Scopes.Admin);
        var made = (await api.PostAsync("/v1/keys", """{ "name": "x", "team": "owners", "scopes": ["infer"] }""", api.AdminKey)).Json;
        var id = made.GetProperty("details").GetProperty("id").GetString();
        Assert.Equal(404, (await api.PostAsync($"/v1/keys/{id}/rotate", "{}", admin)).Status);
        Assert.Equal(400, (await api.PostAsync($"/v1/keys/{id}/rotate?keep=P1Y", "{}", api.AdminKey)).Status);
    }

    [Fact]
    public async Task Whoever_has_a_key_can_ask_whose_it_is_and_what_it_may()
    {
        var me = (await api.GetAsync("/v1/me", await api.MakeKeyAsync("asking", "infer", "jobs:read"))).Json;
        Assert.Equal(("asking", "test"), (me.GetProperty("team").GetString(), me.GetProperty("key_name").GetString()));
        Assert.Equal("""["infer","jobs:read"]""", me.GetProperty("scopes").GetRawText());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, me.GetProperty("expires_at").ValueKind);
    }

    [Fact]
    public async Task A_key_without_the_scope_is_a_403_that_names_it()
    {
        var answer = await api.GetAsync("/v1/keys");
        Assert.Equal((403, "access.missing_scope"), (answer.Status, answer.Code));
        Assert.Contains("'admin'", answer.Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "/name", "missing_field")]
    [InlineData("""{ "name": "a", "team": "b", "scopes": ["jobs"] }""", "/scopes", "unknown_scope")]
    [InlineData("""{ "name": "a", "team": "b", "scopes": "admin" }""", "/scopes", "wrong_type")]
    [InlineData(
        """{ "name": "a", "team": "b", "scopes": ["infer"], "expires_at": "2001-01-01T00:00:00Z" }""",
        "/expires_at",
        "out_of_range"
    )]
    [InlineData("""{ "name": "a\u0000", "team": "b", "scopes": ["infer"] }""", "/name", "nul_character")]
    public async Task A_faulty_request_for_a_key_is_a_422_that_points_at_the_fault(string json, string pointer, string code)
    {
        var answer = await api.PostAsync("/v1/keys", json, api.AdminKey);
        Assert.Equal((422, "request.invalid", (pointer, code)), (answer.Status, answer.Code, answer.Fault));
    }

    [Fact]
    public async Task The_dashboard_of_the_queue_is_for_operators()
    {
        foreach (var scopes in new[] { Scopes.All.Except([Scopes.Operator]).ToArray(), [Scopes.Admin], [Scopes.Metrics] })
            Assert.Equal(403, (await api.GetAsync("/hangfire", await api.MakeKeyAsync("ours", scopes))).Status);
        Assert.Equal(200, (await api.GetAsync("/hangfire", await api.MakeKeyAsync("ours", Scopes.Operator))).Status);
    }

    private IEnumerable<(HttpMethod Method, string Path)> Routes() =>
        from endpoint in api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
        let path = "/"
            + string.Join(
                '/',
                endpoint.RoutePattern.PathSegments.Select(segment =>
                    segment.Parts[0] is RoutePatternLiteralPart literal
                        ? literal.Content
                        : Sample((RoutePatternParameterPart)segment.Parts[0])
                )
            )
        from method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET"]
        select (new HttpMethod(method), path);

    private static string Sample(RoutePatternParameterPart part) => part.Name switch
    {
        "id" => Guid.Empty.ToString(),
        "version" => "1",
        _ => "x",
    };
}
