using System.Text;
using ConcatService.Api.Architectures;

namespace ConcatService.Api.Tests.Errors;

/// <summary>The character NUL, which PostgreSQL's text does not know, is refused with its place wherever a client can send it.</summary>
public sealed class NulTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Code = "request.nul_character";

    [Theory]
    [InlineData("/v1/jobs/0199d7a0-0000-7000-8000-000000000000/metrics?name=%00", "name")]
    [InlineData("/v1/jobs/0199d7a0-0000-7000-8000-000000000000/metrics?name=loss&name=a%00b", "name")]
    [InlineData("/v1/jobs?state=%00", "state")]
    [InlineData("/v2/models/m?version=%00", "version")]
    public async Task In_the_query_it_is_a_400_with_the_parameter(string path, string parameter)
    {
        var answer = await api.GetAsync(path);
        Assert.Equal((400, Code), (answer.Status, answer.Code));
        Assert.Equal(parameter, answer.Json.GetProperty("errors")[0].GetProperty("parameter").GetString());
    }

    [Theory]
    [InlineData("/v1/jobs", """{ "dataset": "a\u0000" }""", "/dataset")]
    [InlineData("/v1/jobs", """{ "metadata": { "a/b": [ 1, "\u0000" ] } }""", "/metadata/a~1b/1")]
    [InlineData("/v1/jobs", """{ "metadata": { "a": { "\u0000": 1 } } }""", "/metadata/a")]
    [InlineData("/v1/architectures", """{ "name": "\u0000" }""", "/name")]
    [InlineData("/v1/keys", """{ "team": "\u0000" }""", "/team")]
    public async Task In_a_body_it_is_a_422_with_the_pointer(string path, string body, string pointer)
    {
        var answer = await api.PostAsync(path, body, api.AdminKey);
        Assert.Equal((422, "request.invalid", (pointer, "nul_character")), (answer.Status, answer.Code, answer.Fault));
    }

    [Fact]
    public async Task An_alias_with_it_is_refused()
    {
        using var body = new StringContent("""{ "version": "1\u0000" }""", Encoding.UTF8, "application/json");
        Assert.Equal(422, (await api.SendAsync(HttpMethod.Put, "/v1/models/m/aliases/a", body, api.AdminKey)).Status);
    }

    [Fact]
    public async Task A_backslash_before_u0000_is_none_and_calls_that_only_report_take_it()
    {
        Assert.Equal(201, (await api.PostAsync("/v1/architectures", Named("""a\\u0000b"""))).Status);
        Assert.Equal(200, (await api.PostAsync("/v1/architectures/validate", Named("""a\u0000b"""))).Status);
    }

    private static string Named(string name) => Examples.Valid.Replace("two-branch", name, StringComparison.Ordinal);
}
