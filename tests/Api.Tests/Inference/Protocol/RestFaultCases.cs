using static ConcatService.Api.Tests.Inference.Protocol.EchoRequests;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>What a request over HTTP must not be.</summary>
[Collection(nameof(ProtocolServer))]
public sealed class RestFaultCases(ProtocolServer server)
{
    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("\"inputs\"")]
    [InlineData("{}")]
    [InlineData("{ \"inputs\": {} }")]
    [InlineData("{ \"inputs\": [] }")]
    [InlineData("{ \"inputs\": [ 3 ] }")]
    [InlineData("{ \"inputs\": [ {} ] }")]
    [InlineData("{ INPUT, \"id\": 3 }")]
    [InlineData("{ INPUT, \"parameters\": [] }")]
    [InlineData("{ INPUT, \"parameters\": { \"a\": [] } }")]
    [InlineData("{ INPUT, \"parameters\": { \"binary_data_output\": \"yes\" } }")]
    [InlineData("{ INPUT, \"parameters\": { \"timeout\": -1 } }")]
    [InlineData("{ INPUT, \"parameters\": { \"timeout\": 1.5 } }")]
    [InlineData("{ INPUT, \"parameters\": { \"timeout\": \"1\" } }")]
    [InlineData("{ INPUT, \"outputs\": {} }")]
    [InlineData("{ INPUT, \"outputs\": [ \"y\" ] }")]
    [InlineData("{ INPUT, \"outputs\": [ { \"name\": \"none\" } ] }")]
    [InlineData("{ INPUT, \"outputs\": [ { } ] }")]
    [InlineData("{ INPUT, \"outputs\": [ { \"name\": \"y\", \"parameters\": { \"binary_data\": 1 } } ] }")]
    [InlineData("{ INPUT } x")]
    [InlineData("{ \"inputs\": [ TENSOR, TENSOR ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"z\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP64\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"fp32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\" } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": 1 } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": {} } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3, 4] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3 } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3,] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1 2 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [01, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [+1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1., 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [.5, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1e, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [NaN, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [true, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3, 1], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 4], \"datatype\": \"FP32\", \"data\": [1, 2, 3, 4] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [-1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1.5, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData(
        "{ \"inputs\": [ { \"name\": \"x\", \"shape\": [4611686018427387904, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }"
    )]
    [InlineData(
        "{ \"inputs\": [ { \"name\": \"x\", \"shape\": [99999999999999999999, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }"
    )]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": \"1, 3\", \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": 1, \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"\\ud800\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData(
        "{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"parameters\": { \"binary_data_size\": 12 } } ] }"
    )]
    public async Task A_faulty_request_is_a_400_with_a_message(string body)
    {
        const string Tensor = """{ "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] }""";
        var answer = await server.EchoAsync(body.Replace("INPUT", $"\"inputs\": [ {Tensor} ]").Replace("TENSOR", Tensor));
        Assert.True(answer.Status == 400 && answer.Json.GetProperty("error").GetString() != "", answer.Text);
    }

    [Fact]
    public async Task Text_tensors_are_refused_where_no_model_takes_them() =>
        Assert.InRange(
            (
                await server.EchoAsync(
                    """{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "BYTES", "data": ["a", "b", "c"] } ] }"""
                )
            ).Status,
            400,
            501
        );

    [Fact]
    public async Task A_missing_input_is_named()
    {
        server.Need("pair");
        var answer = await server.PostAsync(
            "/v2/models/pair/infer",
            """{ "inputs": [ { "name": "numbers", "shape": [1, 2], "datatype": "FP32", "data": [1, 2] } ] }"""
        );
        Assert.Equal(400, answer.Status);
        Assert.Contains("flags", answer.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", Infer)]
    [InlineData("PUT", Infer)]
    [InlineData("POST", "/v2/models/echo-fp32")]
    [InlineData("DELETE", "/v2/models/echo-fp32")]
    [InlineData("GET", "/v2/repository/index")]
    public async Task Another_method_is_refused(string method, string path)
    {
        server.Need("echo-fp32");
        Assert.InRange((await server.SendAsync(new HttpMethod(method), path, null)).Status, 400, 405);
    }
}
