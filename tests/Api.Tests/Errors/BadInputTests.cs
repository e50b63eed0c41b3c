using System.Net.Http.Headers;
using System.Text;
using ConcatService.Api.Architectures;

namespace ConcatService.Api.Tests.Errors;

public sealed class BadInputTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Validate = "/v1/architectures/validate";

    [Theory]
    [InlineData("", "request.malformed_json")]
    [InlineData("{", "request.malformed_json")]
    [InlineData("""{ "a": NaN }""", "request.malformed_json")]
    [InlineData("""{ "a": "\ud800" }""", "request.malformed_json")]
    [InlineData("[]", "request.not_an_object")]
    [InlineData("null", "request.not_an_object")]
    [InlineData("3", "request.not_an_object")]
    public async Task What_is_not_a_JSON_object_is_a_400(string body, string code)
    {
        foreach (var path in new[] { Validate, "/v1/architectures" })
        {
            var answer = await api.PostAsync(path, body);
            Assert.Equal((400, code, "application/problem+json"), (answer.Status, answer.Code, answer.Headers["Content-Type"]));
            Assert.True(answer.Json.TryGetProperty("trace_id", out _));
        }
    }

    [Theory]
    [InlineData("{\n  \"é\": 1,\n  \"ü\": x\n}", 3, 8, "'x' is an invalid start of a value")]
    [InlineData("{ \"a\": [1, 2 ", 1, 14, "an object or a list is not closed")]
    [InlineData("{ \"a\": 1 } 2", 1, 12, "'2' is invalid after a single JSON value")]
    [InlineData("{ \"a\":\n\n  \"\\ud800\" }", 3, 3, "the string contains half of a surrogate pair")]
    [InlineData("", 1, 1, "The body is empty")]
    public async Task What_is_not_JSON_is_told_in_a_sentence_with_line_and_column_from_one(string body, int line, int column, string words)
    {
        foreach (var path in new[] { Validate, "/v1/jobs" })
        {
            var answer = (await api.PostAsync(path, body)).Json;
            Assert.Equal((line, column), (answer.GetProperty("line").GetInt32(), answer.GetProperty("column").GetInt32()));
            var detail = answer.GetProperty("detail").GetString()!;
            Assert.Contains(words, detail, StringComparison.Ordinal);
            Assert.DoesNotContain("LineNumber", detail, StringComparison.Ordinal);
            Assert.DoesNotContain(". ", detail, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Invalid_UTF8_is_a_400()
    {
        using var body = new ByteArrayContent([(byte)'{', (byte)'"', 0xFF, (byte)'"', (byte)':', (byte)'1', (byte)'}']);
        Assert.Equal(400, (await api.SendAsync(HttpMethod.Post, Validate, body)).Status);
    }

    [Fact]
    public async Task JSON_nested_past_any_use_is_a_400() =>
        Assert.Equal(400, (await api.PostAsync(Validate, "{\"a\":" + new string('[', 5000) + new string(']', 5000) + "}")).Status);

    [Fact]
    public async Task A_body_over_the_limit_is_a_413()
    {
        var answer = await api.PostAsync(Validate, Large());
        Assert.Equal((413, "request.too_large"), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_body_over_the_limit_that_does_not_announce_its_length_is_a_413()
    {
        using var body = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(Large())))
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/json") },
        };
        Assert.Equal(413, (await api.SendAsync(HttpMethod.Post, Validate, body, headers: ("Transfer-Encoding", "chunked"))).Status);
    }

    [Theory]
    [InlineData("""{ "inputs": { "x": { "shape": [4] } }, "layers": [ { "name": "a" } ] }""", "spec.missing_field")]
    [InlineData("""{ "inputs": { "x": { "shape": [4] } }, "layers": [ { "type": 3 } ] }""", "spec.wrong_type")]
    [InlineData(
        """
        { "inputs": { "x": { "shape": [4] } }, "layers": [ { "type": "relu", "name": "a", "inputs": ["b"] },
          { "type": "relu", "name": "b", "inputs": ["a"] } ] }
        """,
        "spec.cycle"
    )]
    [InlineData(
        """{ "inputs": { "x": { "shape": [4] } }, "layers": [ { "type": "relu", "name": "a" }, { "type": "relu", "name": "a" } ] }""",
        "spec.duplicate_name"
    )]
    [InlineData("""{ "inputs": { "x": { "shape": [99999999999999999999] } }, "layers": [ { "type": "relu" } ] }""", "spec.")]
    [InlineData(
        """
        { "inputs": { "x": { "shape": [4] } }, "layers": [ { "type": "repeat", "times": 1000000, "layers": [ { "type": "relu" } ] } ] }
        """,
        "spec."
    )]
    [InlineData("""{ "name": "\u0000", "inputs": 3, "layers": "x", "outputs": {} }""", "spec.wrong_type")]
    [InlineData("{}", "spec.missing_field")]
    public async Task Whatever_is_wrong_with_a_spec_validation_answers_200_with_a_diagnostic_and_a_path(string spec, string code)
    {
        var answer = await api.PostAsync(Validate, spec);
        Assert.Equal(200, answer.Status);
        Assert.False(answer.Json.GetProperty("valid").GetBoolean());
        Assert.Contains(answer.Json.GetProperty("diagnostics").EnumerateArray(), found =>
            found.GetProperty("code").GetString()!.StartsWith(code, StringComparison.Ordinal) && found.TryGetProperty("path", out _));
    }

    [Theory]
    [InlineData("\"metadata\": DEEP, ", "")]
    [InlineData("\"name\": \"x\", \"name\": \"y\", ", "")]
    [InlineData("", "\"type\": \"concat\", ")]
    public async Task Depth_and_fields_that_are_there_twice_stop_neither_validation_nor_repair_nor_the_picture(string top, string inside)
    {
        var spec = Examples
            .Refused.Replace("\"spec_version\": 1,", top.Replace("DEEP", new string('[', 250) + new string(']', 250)))
            .Replace("\"name\": \"merge\",", "\"name\": \"merge\", " + inside);
        foreach (var call in new[] { "validate", "repair", "graph.svg" })
            Assert.Equal((call, 200), (call, (await api.PostAsync($"/v1/architectures/{call}", spec)).Status));
    }

    [Fact]
    public async Task What_is_nested_deeper_than_any_spec_is_malformed()
    {
        var answer = await api.PostAsync(
            Validate,
            Examples.Refused.Replace("\"spec_version\": 1,", $"\"metadata\": {new string('[', 300)}{new string(']', 300)},")
        );
        Assert.Equal((400, "request.malformed_json"), (answer.Status, answer.Code));
    }

    [Theory]
    [InlineData("limit=0", "request.limit")]
    [InlineData("limit=x", "request.limit")]
    [InlineData("cursor=!", "request.cursor")]
    [InlineData("cursor=AAAA", "request.cursor")]
    public async Task A_page_that_cannot_be_is_a_400(string query, string code)
    {
        var answer = await api.GetAsync($"/v1/architectures?{query}");
        Assert.Equal((400, code), (answer.Status, answer.Code));
    }

    [Fact]
    public async Task A_wrong_method_is_a_405_problem() =>
        Assert.Equal("method_not_allowed", (await api.SendAsync(HttpMethod.Put, "/v1/diagnostics")).Code);

    private static string Large() => "{\"a\":\"" + new string('x', 10_000_001) + "\"}";
}
