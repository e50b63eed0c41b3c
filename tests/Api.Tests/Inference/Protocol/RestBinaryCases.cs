using System.Text;
using static ConcatService.Api.Tests.Inference.Protocol.EchoRequests;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>Tensors as bytes over HTTP (binary tensor data extension).</summary>
[Collection(nameof(ProtocolServer))]
public sealed class RestBinaryCases(ProtocolServer server)
{
    [Theory]
    [InlineData("", "", "")]
    [InlineData(", \"parameters\": { \"binary_data_output\": true }", "", "flags_out numbers_out")]
    [InlineData(", \"parameters\": { \"binary_data_output\": false }", ", \"parameters\": { \"binary_data\": true }", "flags_out")]
    [InlineData(", \"parameters\": { \"binary_data_output\": true }", ", \"parameters\": { \"binary_data\": false }", "numbers_out")]
    public async Task What_an_output_says_of_its_form_goes_before_what_the_request_says(string request, string first, string binary)
    {
        server.Need("pair");
        var answer = await server.PostAsync(
            "/v2/models/pair/infer",
            Pair(outputs: $$""", "outputs": [ { "name": "flags_out"{{first}} }, { "name": "numbers_out" } ]{{request}}""")
        );
        var outputs = answer.Json.GetProperty("outputs").EnumerateArray().ToList();
        Assert.Equal(
            binary.Split(' ', StringSplitOptions.RemoveEmptyEntries),
            outputs.Where(output => !output.TryGetProperty("data", out _)).Select(output => output.GetProperty("name").GetString())
        );
        Assert.Equal(
            outputs
                .Where(output => !output.TryGetProperty("data", out _))
                .Sum(output => output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32()),
            answer.Tensors.Length
        );
    }

    [Fact]
    public async Task Inputs_as_bytes_follow_in_their_order_and_may_stand_beside_JSON()
    {
        server.Need("pair");
        var json = Encoding.UTF8.GetBytes("""
            { "inputs": [ { "name": "numbers", "shape": [1, 2], "datatype": "FP32", "parameters": { "binary_data_size": 8 } },
                          { "name": "flags", "shape": [1, 3], "datatype": "BOOL", "data": [true, false, true] } ],
                            "outputs": [ { "name": "numbers_out" }, { "name": "flags_out" } ] }
            """
        );
        var answer = await server.SendAsync(
            HttpMethod.Post,
            "/v2/models/pair/infer",
            [.. json, .. RowBytes[..8]],
            ("Inference-Header-Content-Length", $"{json.Length}")
        );
        Assert.Equal(
            ("[1,2]", "[true,false,true]"),
            (answer.Output(0).GetProperty("data").GetRawText(), answer.Output(1).GetProperty("data").GetRawText())
        );
    }

    [Fact]
    public async Task Bytes_that_do_not_lie_on_their_types_boundary_are_read_right()
    {
        server.Need("pair");
        var json = Encoding.UTF8.GetBytes(
            """
            { "inputs": [ { "name": "flags", "shape": [1, 3], "datatype": "BOOL", "parameters": { "binary_data_size": 3 } },
              { "name": "numbers", "shape": [1, 2], "datatype": "FP32", "parameters": { "binary_data_size": 8 } } ] }
            """
        );
        var answer = await server.SendAsync(
            HttpMethod.Post,
            "/v2/models/pair/infer",
            [.. json, 1, 0, 1, .. RowBytes[..8]],
            ("Inference-Header-Content-Length", $"{json.Length}")
        );
        Assert.Equal("[1,2]", answer.Output(1).GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData(12, 12, null)]
    [InlineData(-1, 12, null)]
    [InlineData(8, 12, null)]
    [InlineData(16, 12, null)]
    [InlineData(12, 8, null)]
    [InlineData(12, 16, null)]
    [InlineData(12, 0, null)]
    [InlineData(2147483647, 12, null)]
    [InlineData(12, 12, "-1")]
    [InlineData(12, 12, "x")]
    [InlineData(12, 12, "99999")]
    [InlineData(12, 12, "99999999999")]
    [InlineData(12, 12, "10")]
    public async Task Sizes_of_bytes_that_do_not_add_up_are_a_400(int said, int sent, string? header)
    {
        server.Need("echo-fp32");
        var json = Encoding.UTF8.GetBytes(
            $$"""{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "parameters": { "binary_data_size": {{said}} } } ] }"""
        );
        var answer = await server.SendAsync(
            HttpMethod.Post,
            Infer,
            [.. json, .. new byte[sent]],
            ("Inference-Header-Content-Length", header ?? $"{json.Length}")
        );
        if ((said, sent, header) == (12, 12, null))
            Assert.Equal(200, answer.Status);
        else
            Assert.True(answer.Status == 400 && answer.Json.GetProperty("error").GetString() != "", answer.Text);
    }

    [Theory]
    [InlineData("echo-fp32", 8)]
    [InlineData("echo-fp32", 24)]
    [InlineData("echo-fp32", 0)]
    [InlineData("open", 7)]
    [InlineData("pair", 11)]
    public async Task A_body_that_is_not_one_sample_of_the_one_input_is_a_400(string model, int bytes)
    {
        server.Need(model);
        var answer = await server.SendAsync(
            HttpMethod.Post,
            $"/v2/models/{model}/infer",
            new byte[bytes],
            ("Inference-Header-Content-Length", "0")
        );
        Assert.True(answer.Status == 400 && answer.Json.GetProperty("error").GetString() != "", answer.Text);
    }

    [Fact]
    public async Task A_size_that_varies_follows_from_the_length_of_a_body_that_is_one_sample()
    {
        server.Need("open");
        var answer = await server.SendAsync(HttpMethod.Post, "/v2/models/open/infer", RowBytes, ("Inference-Header-Content-Length", "0"));
        Assert.Equal([1, 3], answer.Output().GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
    }
}
