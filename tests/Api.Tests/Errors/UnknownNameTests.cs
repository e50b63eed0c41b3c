using System.Text.RegularExpressions;
using ConcatService.Api.Architectures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ConcatService.Api.Tests.Errors;

/// <summary>A name that a call does not know is a 400 with those that it knows and the nearest of them.</summary>
public sealed class UnknownNameTests(ApiServer api) : IClassFixture<ApiServer>
{
    /// <summary>Endpoints whose query is not ours.</summary>
    private static readonly string[] Libraries = ["hangfire", "gRPC"];

    private const string Job = "/v1/jobs/0199d7a0-0000-7000-8000-000000000000";

    [Theory]
    [InlineData("/v1/jobs?limt=3", "limt", "Did you mean 'limit'?", "This call takes state, name, tag, cursor, limit.")]
    [InlineData(Job + "/metrics?names=loss", "names", "Did you mean 'name'?", "This call takes name, max_points.")]
    [InlineData(Job + "/metrics?maxPoints=2", "maxPoints", "Did you mean 'max_points'?", "")]
    [InlineData(Job + "/events?since=1", "since", "", "This call takes cursor, limit.")]
    [InlineData("/v1/schema?for=spec", "for", "", "This call takes of.")]
    [InlineData("/v1/operators?q=conv", "q", "", "This call takes none.")]
    [InlineData("/v2/models/m?versions=1", "versions", "Did you mean 'version'?", "")]
    [InlineData("/v2/models/m/versions/1?version=1", "version", "", "This call takes none.")]
    [InlineData("/models/m?v=1", "v", "", "This call takes version.")]
    [InlineData("/health/live?x", "x", "", "This call takes none.")]
    [InlineData("/login?retrun=/", "retrun", "Did you mean 'return'?", "")]
    public async Task A_parameter_of_the_query(string path, string name, string nearest, string known)
    {
        var answer = await api.GetAsync(path);
        Assert.Equal((400, "request.unknown_parameter"), (answer.Status, answer.Code));
        var fault = answer.Json.GetProperty("errors")[0];
        Assert.Equal(name, fault.GetProperty("parameter").GetString());
        Assert.Contains(nearest, fault.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Contains(known, fault.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_of_the_query_on_any_route()
    {
        foreach (var endpoint in api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (Libraries.Any(name => endpoint.DisplayName!.Contains(name, StringComparison.Ordinal)))
                continue;
            var path = Regex.Replace(
                "/" + endpoint.RoutePattern.RawText!.TrimStart('/'),
                @"\{[^}]+\}",
                part => part.Value.Contains("guid", StringComparison.Ordinal) ? Guid.Empty.ToString() : "1"
            );
            foreach (var method in endpoint.Metadata.GetMetadata<HttpMethodMetadata>()!.HttpMethods)
            {
                var answer = await api.SendAsync(
                    new HttpMethod(method),
                    path + "?no_such_parameter=1",
                    null,
                    api.AdminKey,
                    ("Sec-Fetch-Site", "same-origin")
                );
                Assert.True((answer.Status, answer.Code) == (400, "request.unknown_parameter"), $"{method} {path}: {answer.Status}");
            }
        }
    }

    [Theory]
    [InlineData("/v1/jobs", """{ "architecture": SPEC, "dataset": "two-scale", "setings": {} }""", "/setings", "Did you mean 'settings'?")]
    [InlineData("/v1/jobs", """{ "datasets": "two-scale" }""", "/datasets", "The fields are architecture, architecture_id, dataset,")]
    [InlineData("/v1/jobs", """{ "settings": { "epoch": 1 } }""", "/settings/epoch", "Did you mean 'epochs'? The fields are epochs,")]
    [InlineData("/v1/keys", """{ "name": "a", "teem": "b", "scopes": ["infer"] }""", "/teem", "Did you mean 'team'?")]
    public async Task A_field_of_a_body(string path, string body, string pointer, string words)
    {
        var answer = await api.PostAsync(path, body.Replace("SPEC", Examples.Valid), api.AdminKey);
        Assert.Equal((400, "request.unknown_field", (pointer, "unknown_field")), (answer.Status, answer.Code, answer.Fault));
        Assert.Contains(words, answer.Json.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_field_deep_in_the_settings()
    {
        var body = """{ "architecture": SPEC, "dataset": "two-scale", "settings": { "optimizer": { "type": "sgd", "momentun": 1 } } }""";
        var answer = await api.PostAsync("/v1/jobs", body.Replace("SPEC", Examples.Valid));
        Assert.Equal((400, "/settings/optimizer/momentun"), (answer.Status, answer.Fault.Pointer));
    }
}
