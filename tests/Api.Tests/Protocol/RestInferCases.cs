using System.IO.Compression;
using System.Text;

namespace ConcatService.Api.Tests.Protocol;

/// <summary>Inference over HTTP: what a request may be and must not be (HTTP/REST, Inference; binary tensor data extension).</summary>
[Collection(nameof(ProtocolServer))]
public sealed class RestInferCases(ProtocolServer server)
{
    private const string Infer = "/v2/models/echo-fp32/infer";
    private const string Row = "1, 2, 3";
    private static readonly byte[] RowBytes = [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40];

    [Theory]
    [InlineData("[1, 2, 3, 4, 5, 6]")]
    [InlineData("[[1, 2, 3], [4, 5, 6]]")]
    [InlineData("[ [ 1 , 2 , 3 ] , [ 4 , 5 , 6 ] ]")]
    [InlineData("[1.0, 2e0, 0.3e1, 40E-1, 5.000, 6]")]
    [InlineData("[\n1,\t2,\r\n3,4,5,6]")]
    public async Task Elements_are_nested_or_flat(string data)
    {
        var answer = await PostAsync($$"""{ "inputs": [ { "name": "x", "shape": [2, 3], "datatype": "FP32", "data": {{data}} } ] }""");
        Assert.Equal([1, 2, 3, 4, 5, 6], answer.Output().GetProperty("data").EnumerateArray().Select(each => each.GetSingle()));
    }

    [Theory]
    [InlineData(Infer)]
    [InlineData("/v2/models/echo-fp32/versions/1/infer")]
    public async Task The_answer_names_model_version_and_output(string path)
    {
        server.Need("echo-fp32");
        var json = (await server.PostAsync(path, Body())).Json;
        Assert.Equal(("echo-fp32", "1", "y", "FP32"), (json.GetProperty("model_name").GetString(), json.GetProperty("model_version").GetString(), json.GetProperty("outputs")[0].GetProperty("name").GetString(), json.GetProperty("outputs")[0].GetProperty("datatype").GetString()));
    }

    [Theory]
    [InlineData("42")]
    [InlineData("a b/c")]
    [InlineData("\\u00e9\\ud83d\\ude00\\\"\\n")]
    public async Task The_id_comes_back(string id)
    {
        var answer = await PostAsync(Body($", \"id\": \"{id}\""));
        Assert.Equal(System.Text.Json.JsonElement.Parse($"\"{id}\"").GetString(), answer.Json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Without_an_id_there_is_none_in_the_answer()
    {
        var json = (await PostAsync(Body())).Json;
        Assert.True(!json.TryGetProperty("id", out var id) || id.GetString() == "");
    }

    [Theory]
    [InlineData("""{ "inputs": [ { "data": [1, 2, 3], "datatype": "FP32", "shape": [1, 3], "name": "x" } ] }""")]
    [InlineData("""{ "outputs": [ { "name": "y" } ], "inputs": [ { "shape": [1, 3], "data": [1, 2, 3], "name": "x", "datatype": "FP32" } ] }""")]
    [InlineData("""{ "parameters": { "text": "a", "number": 1.5, "flag": true }, "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "parameters": { "any": 1 }, "data": [1, 2, 3] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] } ], "outputs": [ { "name": "y", "parameters": { "any": "b" } } ] }""")]
    [InlineData("""{ "inputs": [ { "\u006eame": "\u0078", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] } ] }""")]
    [InlineData("""{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] } ], "outputs": [] }""")]
    [InlineData("""{ "unknown": { "deep": [1, { "a": null }] }, "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3], "unknown": [] } ] }""")]
    public async Task The_order_of_fields_parameters_and_fields_of_other_servers_do_not_matter(string body)
    {
        var answer = await PostAsync(body);
        Assert.Equal([1, 2, 3], answer.Output().GetProperty("data").EnumerateArray().Select(each => each.GetSingle()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(64)]
    public async Task A_request_may_hold_a_batch(int samples)
    {
        var answer = await PostAsync($$"""{ "inputs": [ { "name": "x", "shape": [{{samples}}, 3], "datatype": "FP32", "data": [{{string.Join(", ", Enumerable.Repeat(Row, samples))}}] } ] }""");
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
        Assert.Equal(names.Split(' '), answer.Json.GetProperty("outputs").EnumerateArray().Select(output => output.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("", "", "")]
    [InlineData(", \"parameters\": { \"binary_data_output\": true }", "", "flags_out numbers_out")]
    [InlineData(", \"parameters\": { \"binary_data_output\": false }", ", \"parameters\": { \"binary_data\": true }", "flags_out")]
    [InlineData(", \"parameters\": { \"binary_data_output\": true }", ", \"parameters\": { \"binary_data\": false }", "numbers_out")]
    public async Task What_an_output_says_of_its_form_goes_before_what_the_request_says(string request, string first, string binary)
    {
        server.Need("pair");
        var answer = await server.PostAsync("/v2/models/pair/infer", Pair(outputs: $$""", "outputs": [ { "name": "flags_out"{{first}} }, { "name": "numbers_out" } ]{{request}}"""));
        var outputs = answer.Json.GetProperty("outputs").EnumerateArray().ToList();
        Assert.Equal(binary.Split(' ', StringSplitOptions.RemoveEmptyEntries), outputs.Where(output => !output.TryGetProperty("data", out _)).Select(output => output.GetProperty("name").GetString()));
        Assert.Equal(outputs.Where(output => !output.TryGetProperty("data", out _)).Sum(output => output.GetProperty("parameters").GetProperty("binary_data_size").GetInt32()), answer.Tensors.Length);
    }

    [Fact]
    public async Task Inputs_as_bytes_follow_in_their_order_and_may_stand_beside_JSON()
    {
        server.Need("pair");
        var json = Encoding.UTF8.GetBytes("""
            { "inputs": [ { "name": "numbers", "shape": [1, 2], "datatype": "FP32", "parameters": { "binary_data_size": 8 } },
                          { "name": "flags", "shape": [1, 3], "datatype": "BOOL", "data": [true, false, true] } ], "outputs": [ { "name": "numbers_out" }, { "name": "flags_out" } ] }
            """);
        var answer = await server.SendAsync(HttpMethod.Post, "/v2/models/pair/infer", [.. json, .. RowBytes[..8]], ("Inference-Header-Content-Length", $"{json.Length}"));
        Assert.Equal(("[1,2]", "[true,false,true]"), (answer.Output(0).GetProperty("data").GetRawText(), answer.Output(1).GetProperty("data").GetRawText()));
    }

    [Fact]
    public async Task Bytes_that_do_not_lie_on_their_types_boundary_are_read_right()
    {
        server.Need("pair");
        var json = Encoding.UTF8.GetBytes("""{ "inputs": [ { "name": "flags", "shape": [1, 3], "datatype": "BOOL", "parameters": { "binary_data_size": 3 } }, { "name": "numbers", "shape": [1, 2], "datatype": "FP32", "parameters": { "binary_data_size": 8 } } ] }""");
        var answer = await server.SendAsync(HttpMethod.Post, "/v2/models/pair/infer", [.. json, 1, 0, 1, .. RowBytes[..8]], ("Inference-Header-Content-Length", $"{json.Length}"));
        Assert.Equal("[1,2]", answer.Output(1).GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_request_may_be_compressed(string encoding)
    {
        server.Need("echo-fp32");
        var answer = await server.SendAsync(HttpMethod.Post, Infer, Compressed(Encoding.UTF8.GetBytes(Body()), encoding), ("Content-Encoding", encoding));
        Assert.Equal("[1,2,3]", answer.Output().GetProperty("data").GetRawText());
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task An_answer_is_compressed_when_asked_for_and_the_header_counts_what_it_was_before(string encoding)
    {
        server.Need("echo-fp32");
        var body = $$"""{ "parameters": { "binary_data_output": true }, "inputs": [ { "name": "x", "shape": [400, 3], "datatype": "FP32", "data": [{{string.Join(", ", Enumerable.Repeat(Row, 400))}}] } ] }""";
        var answer = await server.PostAsync(Infer, body, ("Accept-Encoding", encoding));
        Assert.Equal(encoding, answer.Headers["Content-Encoding"]);
        using var stream = encoding == "gzip" ? (Stream)new GZipStream(new MemoryStream(answer.Body), CompressionMode.Decompress) : new ZLibStream(new MemoryStream(answer.Body), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        await stream.CopyToAsync(plain, TestContext.Current.CancellationToken);
        Assert.Equal(4800, (answer with { Body = plain.ToArray() }).Tensors.Length);
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("br")]
    [InlineData("gzip;q=0")]
    public async Task An_answer_is_plain_when_no_form_of_ours_is_asked_for(string accepted)
    {
        server.Need("echo-fp32");
        Assert.Equal("[1,2,3]", (await server.PostAsync(Infer, Body(), ("Accept-Encoding", accepted))).Output().GetProperty("data").GetRawText());
    }

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
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [4611686018427387904, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [99999999999999999999, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": \"1, 3\", \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": 1, \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"\\ud800\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"data\": [1, 2, 3] } ] }")]
    [InlineData("{ \"inputs\": [ { \"name\": \"x\", \"shape\": [1, 3], \"datatype\": \"FP32\", \"parameters\": { \"binary_data_size\": 12 } } ] }")]
    public async Task A_faulty_request_is_a_400_with_a_message(string body)
    {
        const string Tensor = """{ "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [1, 2, 3] }""";
        var answer = await PostAsync(body.Replace("INPUT", $"\"inputs\": [ {Tensor} ]").Replace("TENSOR", Tensor));
        Assert.True(answer.Status == 400 && answer.Json.GetProperty("error").GetString() != "", answer.Text);
    }

    [Fact]
    public async Task Text_tensors_are_refused_where_no_model_takes_them() =>
        Assert.InRange((await PostAsync("""{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "BYTES", "data": ["a", "b", "c"] } ] }""")).Status, 400, 501);

    [Fact]
    public async Task A_missing_input_is_named()
    {
        server.Need("pair");
        var answer = await server.PostAsync("/v2/models/pair/infer", """{ "inputs": [ { "name": "numbers", "shape": [1, 2], "datatype": "FP32", "data": [1, 2] } ] }""");
        Assert.Equal(400, answer.Status);
        Assert.Contains("flags", answer.Json.GetProperty("error").GetString(), StringComparison.Ordinal);
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
        var json = Encoding.UTF8.GetBytes($$"""{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "parameters": { "binary_data_size": {{said}} } } ] }""");
        var answer = await server.SendAsync(HttpMethod.Post, Infer, [.. json, .. new byte[sent]], ("Inference-Header-Content-Length", header ?? $"{json.Length}"));
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
        var answer = await server.SendAsync(HttpMethod.Post, $"/v2/models/{model}/infer", new byte[bytes], ("Inference-Header-Content-Length", "0"));
        Assert.True(answer.Status == 400 && answer.Json.GetProperty("error").GetString() != "", answer.Text);
    }

    [Fact]
    public async Task A_size_that_varies_follows_from_the_length_of_a_body_that_is_one_sample()
    {
        server.Need("open");
        var answer = await server.SendAsync(HttpMethod.Post, "/v2/models/open/infer", RowBytes, ("Inference-Header-Content-Length", "0"));
        Assert.Equal([1, 3], answer.Output().GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("zstd")]
    public async Task A_body_that_is_not_in_the_form_it_says_is_a_4xx(string encoding)
    {
        server.Need("echo-fp32");
        Assert.InRange((await server.SendAsync(HttpMethod.Post, Infer, Encoding.UTF8.GetBytes(Body()), ("Content-Encoding", encoding))).Status, 400, 415);
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

    private async Task<Exchange> PostAsync(string body)
    {
        server.Need("echo-fp32");
        return await server.PostAsync(Infer, body);
    }

    private static string Body(string rest = "") => $$"""{ "inputs": [ { "name": "x", "shape": [1, 3], "datatype": "FP32", "data": [{{Row}}] } ]{{rest}} }""";

    private static string Pair(string outputs) => $$"""
        { "inputs": [ { "name": "flags", "shape": [1, 3], "datatype": "BOOL", "data": [true, false, true] }, { "name": "numbers", "shape": [1, 2], "datatype": "FP32", "data": [1, 2] } ]{{outputs}} }
        """;

    private static byte[] Compressed(byte[] plain, string encoding)
    {
        using var bytes = new MemoryStream();
        using (var stream = encoding == "gzip" ? (Stream)new GZipStream(bytes, CompressionLevel.Fastest) : new ZLibStream(bytes, CompressionLevel.Fastest))
            stream.Write(plain);
        return bytes.ToArray();
    }
}
