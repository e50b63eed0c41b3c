using System.Runtime.InteropServices;
using System.Text;
using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>Every datatype, as JSON and as bytes, in each direction (Tensor Data Types; binary tensor data extension).</summary>
[Collection(nameof(ProtocolServer))]
public sealed class RestTypeCases(ProtocolServer server)
{
    public static TheoryData<string> Types => [.. ElementType.All.Select(type => type.Name)];

    public static TheoryData<string> TypesWithJson => [.. ElementType.All.Where(type => type.HasJson).Select(type => type.Name)];

    /// <summary>Two rows of three, with the ends of what the type holds; as JSON and as bytes.</summary>
    public static (string Json, byte[] Bytes) Values(string type) => type switch
    {
        "BOOL" => ("true,false,true,true,false,false", [1, 0, 1, 1, 0, 0]),
        "UINT8" => Whole<byte>(0, 1, 2, 127, 128, byte.MaxValue),
        "UINT16" => Whole<ushort>(0, 1, 255, 256, 32768, ushort.MaxValue),
        "UINT32" => Whole<uint>(0, 1, 65536, 1u << 31, uint.MaxValue - 1, uint.MaxValue),
        "UINT64" => Whole<ulong>(0, 1, 1ul << 53, (1ul << 53) + 1, 1ul << 63, ulong.MaxValue),
        "INT8" => Whole<sbyte>(0, 1, -1, 5, sbyte.MinValue, sbyte.MaxValue),
        "INT16" => Whole<short>(0, 1, -1, 300, short.MinValue, short.MaxValue),
        "INT32" => Whole<int>(0, 1, -1, 70000, int.MinValue, int.MaxValue),
        "INT64" => Whole<long>(0, 1, -1, (1L << 53) + 1, long.MinValue, long.MaxValue),
        "FP16" => ("", MemoryMarshal.AsBytes<Half>([(Half)0, (Half)1, (Half)(-2.5), Half.MaxValue, Half.Epsilon, (Half)0.1]).ToArray()),
        "BF16" => ("", [0, 0, 0x80, 0x3F, 0, 0xC0, 0x7F, 0x7F, 1, 0, 0x49, 0x40]),
        "FP32" => (
            "0,1,-2.5,3.4028235e+38,1e-45,0.1",
            MemoryMarshal.AsBytes<float>([0, 1, -2.5f, float.MaxValue, float.Epsilon, 0.1f]).ToArray()
        ),
        _ => (
            "0,1,-2.5,1.7976931348623157e+308,5e-324,0.1",
            MemoryMarshal.AsBytes<double>([0, 1, -2.5, double.MaxValue, double.Epsilon, 0.1]).ToArray()
        ),
    };

    [Theory]
    [MemberData(nameof(TypesWithJson))]
    public async Task JSON_in_and_bytes_out(string type)
    {
        var (json, bytes) = Values(type);
        var answer = await InferAsync(type, $"\"data\": [{json}]", ", \"parameters\": { \"binary_data_output\": true }");
        Assert.Equal(bytes, answer.Tensors);
        Assert.Equal(bytes.Length, answer.Output().GetProperty("parameters").GetProperty("binary_data_size").GetInt32());
    }

    [Theory]
    [MemberData(nameof(TypesWithJson))]
    public async Task Bytes_in_and_JSON_out(string type)
    {
        var (json, bytes) = Values(type);
        var answer = await InferAsync(type, $"\"parameters\": {{ \"binary_data_size\": {bytes.Length} }}", "", bytes);
        Assert.Equal(
            (type, "[2,3]"),
            (answer.Output().GetProperty("datatype").GetString(), Compact(answer.Output().GetProperty("shape").GetRawText()))
        );
        var data = answer.Output().GetProperty("data").EnumerateArray();
        if (type.StartsWith("FP", StringComparison.Ordinal))
            Assert.Equal(json.Split(',').Select(text => double.Parse(text)), data.Select(each => each.GetDouble()));
        else
            Assert.Equal(json.Split(','), data.Select(each => each.GetRawText()));
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Bytes_in_and_bytes_out(string type)
    {
        var bytes = Values(type).Bytes;
        var answer = await InferAsync(
            type,
            $"\"parameters\": {{ \"binary_data_size\": {bytes.Length} }}",
            ", \"outputs\": [ { \"name\": \"y\", \"parameters\": { \"binary_data\": true } } ]",
            bytes
        );
        Assert.Equal(bytes, answer.Tensors);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task A_body_that_is_one_sample_alone(string type)
    {
        server.Need(Model(type));
        var bytes = Values(type).Bytes;
        var sample = bytes[..(bytes.Length / 2)];
        var answer = await server.SendAsync(
            HttpMethod.Post,
            $"/v2/models/{Model(type)}/infer",
            sample,
            ("Inference-Header-Content-Length", "0"),
            ("Content-Type", "application/octet-stream")
        );
        Assert.Equal((200, "[1,3]"), (answer.Status, Compact(answer.Output().GetProperty("shape").GetRawText())));
        Assert.Equal(sample, answer.Tensors);
    }

    [Theory]
    [InlineData("BOOL", "true,false,true,true,false,2")]
    [InlineData("BOOL", "0,1,0,1,0,1")]
    [InlineData("UINT8", "0,1,2,3,4,256")]
    [InlineData("UINT8", "0,1,2,3,4,-1")]
    [InlineData("UINT16", "0,1,2,3,4,65536")]
    [InlineData("UINT32", "0,1,2,3,4,4294967296")]
    [InlineData("UINT64", "0,1,2,3,4,18446744073709551616")]
    [InlineData("INT8", "0,1,2,3,4,128")]
    [InlineData("INT16", "0,1,2,3,4,-32769")]
    [InlineData("INT32", "0,1,2,3,4,2147483648")]
    [InlineData("INT64", "0,1,2,3,4,9223372036854775808")]
    [InlineData("INT64", "0,1,2,3,4,1.5")]
    [InlineData("FP32", "0,1,2,3,4,1e39")]
    [InlineData("FP64", "0,1,2,3,4,1e309")]
    [InlineData("FP32", "0,1,2,3,4,\"5\"")]
    [InlineData("FP32", "0,1,2,3,4,null")]
    [InlineData("FP16", "0,1,2,3,4,5")]
    [InlineData("BF16", "0,1,2,3,4,5")]
    public async Task An_element_that_the_datatype_does_not_hold_is_refused(string type, string data)
    {
        var answer = await InferAsync(type, $"\"data\": [{data}]", "");
        Assert.True(answer.Status == 400 && answer.Json.GetProperty("error").GetString() != "", answer.Text);
    }

    private async Task<Exchange> InferAsync(string type, string tensor, string rest, byte[]? bytes = null)
    {
        server.Need(Model(type));
        var json = Encoding.UTF8.GetBytes(
            $$"""{ "inputs": [ { "name": "x", "shape": [2, 3], "datatype": "{{type}}", {{tensor}} } ]{{rest}} }"""
        );
        return bytes is null
            ? await server.SendAsync(HttpMethod.Post, $"/v2/models/{Model(type)}/infer", json)
            : await server.SendAsync(
                HttpMethod.Post,
                $"/v2/models/{Model(type)}/infer",
                [.. json, .. bytes],
                ("Inference-Header-Content-Length", $"{json.Length}"),
                ("Content-Type", "application/octet-stream")
            );
    }

    private static (string Json, byte[] Bytes) Whole<T>(params T[] values)
        where T : unmanaged => (string.Join(',', values), MemoryMarshal.AsBytes<T>(values).ToArray());

    private static string Model(string type) => $"echo-{type.ToLowerInvariant()}";

    private static string Compact(string json) => json.Replace(" ", "");
}
