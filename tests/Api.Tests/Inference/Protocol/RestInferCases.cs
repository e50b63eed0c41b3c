using static ConcatService.Api.Tests.Inference.Protocol.EchoRequests;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>Inference over HTTP: the forms that a request may have, and what comes back (HTTP/REST, Inference).</summary>
[Collection(nameof(ProtocolServer))]
public sealed class RestInferCases(ProtocolServer server)
{
    [Theory]
    [InlineData("[1, 2, 3, 4, 5, 6]")]
    [InlineData("[[1, 2, 3], [4, 5, 6]]")]
    [InlineData("[ [ 1 , 2 , 3 ] , [ 4 , 5 , 6 ] ]")]
    [InlineData("[1.0, 2e0, 0.3e1, 40E-1, 5.000, 6]")]
    [InlineData("[\n1,\t2,\r\n3,4,5,6]")]
    public async Task Elements_are_nested_or_flat(string data)
    {
        var answer = await server.EchoAsync(
            $$"""{ "inputs": [ { "name": "x", "shape": [2, 3], "datatype": "FP32", "data": {{data}} } ] }"""
        );
        Assert.Equal([1, 2, 3, 4, 5, 6], answer.Output().GetProperty("data").EnumerateArray().Select(each => each.GetSingle()));
    }

    [Theory]
    [InlineData(Infer)]
    [InlineData("/v2/models/echo-fp32/versions/1/infer")]
    public async Task The_answer_names_model_version_and_output(string path)
    {
        server.Need("echo-fp32");
        var json = (await server.PostAsync(path, Body())).Json;
        Assert.Equal(
            ("echo-fp32", "1", "y", "FP32"),
            (
                json.GetProperty("model_name").GetString(),
                json.GetProperty("model_version").GetString(),
                json.GetProperty("outputs")[0].GetProperty("name").GetString(),
                json.GetProperty("outputs")[0].GetProperty("datatype").GetString()
            )
        );
    }

    [Theory]
    [InlineData("42")]
    [InlineData("a b/c")]
    [InlineData("\\u00e9\\ud83d\\ude00\\\"\\n")]
    public async Task The_id_comes_back(string id)
    {
        var answer = await server.EchoAsync(Body($", \"id\": \"{id}\""));
        Assert.Equal(System.Text.Json.JsonElement.Parse($"\"{id}\"").GetString(), answer.Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Without_an_id_there_is_none_in_the_answer()
    {
        var json = (await server.EchoAsync(Body())).Json;
        Assert.True(!json.TryGetProperty("id", out var id) || id.GetString() == "");
    }

    [Theory]
    [InlineData("""{ "inputs": [ { "data": [1, 2, 3], "datatype": "FP32", "shape": [1, 3], "name": "x" } ] }""")]
    [InlineData(
        """{ "outputs": [ { "name": "y" } ], "inputs": [ { "shape": [1, 3], "data": [1, 2, 3], "name": "x", "datatype": "FP32" } ] }"""
    )]
    [InlineData(
        """
        { "parameters": { "text": "a", "number": 1.5, "flag": true },
          "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "parameters": { "any": 1 }, "data": [1, 2, 3] } ] }
        """
    )]
    [InlineData(
        """
        { "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] } ],
          "outputs": [ { "name": "y", "parameters": { "any": "b" } } ] }
        """
    )]
    [InlineData("""{ "inputs": [ { "\u006eame": "\u0078", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] } ], "outputs": [] }""")]
    [InlineData(
        """
        { "unknown": { "deep": [1, { "a": null }] },
          "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3], "unknown": [] } ] }
        """
    )]
    public async Task The_order_of_fields_parameters_and_fields_of_other_servers_do_not_matter(string body)
    {
        var answer = await server.EchoAsync(body);
        Assert.Equal([1, 2, 3], answer.Output().GetProperty("data").EnumerateArray().Select(each => each.GetSingle()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task A_request_may_hold_a_batch(int samples)
    {
        var answer = await server.EchoAsync(
            $$"""
            { "inputs": [ { "name": "x", "shape": [{{samples}}, 3], "datatype": "FP32",
              "data": [{{string.Join(", ", Enumerable.Repeat(Row, samples))}}] } ] }
            """
        );
        Assert.Equal([samples, 3], answer.Output().GetProperty("shape").EnumerateArray().Select(each => each.GetInt32()));
        Assert.Equal(3 * samples, answer.Output().GetProperty("data").GetArrayLength());
    }

    [Theory]
    [InlineData("""[ { "name": "numbers_out" } ]""", "numbers_out")]
    [InlineData("""[ { "name": "flags_out" } ]""", "flags_out")]
    [InlineData("""[ { "name": "numbers_out" }, { "name": "flags_out" } ]""", "numbers_out flags_out")]
    [InlineData("""[ ]""", "flags_out numbers_out")]
    public async Task Outputs_come_as_asked_for(string outputs, string names)
    {
        server.Need("pair");
        var answer = await server.PostAsync("/v2/models/pair/infer", Pair(outputs: $", \"outputs\": {outputs}"));
        Assert.Equal(
            names.Split(' '),
            answer.Json.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString())
        );
    }

    [Theory]
    [InlineData("60000000")]
    [InlineData("9223372036854775807")]
    [InlineData("0")]
    public async Task A_timeout_that_is_not_over_changes_nothing(string microseconds)
    {
        var answer = await server.EchoAsync(Body($", \"parameters\": {{ \"timeout\": {microseconds} }}"));
        Assert.Equal("[1,2,3]", answer.Output().GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task An_answer_that_is_not_there_in_the_requests_timeout_is_a_503()
    {
        Assert.SkipUnless(server.IsOurs, "Triton heeds a request's timeout only in models whose queue allows it.");
        var answer = await server.EchoAsync(Body(", \"parameters\": { \"timeout\": 1 }"));
        Assert.Equal((503, "inference.timeout"), (answer.Status, answer.Json.GetProperty("code").GetString()));
    }
}
