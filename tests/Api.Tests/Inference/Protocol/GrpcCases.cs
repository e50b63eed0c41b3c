using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Grpc.Wire;
using Google.Protobuf;
using static ConcatService.Api.Tests.Inference.Protocol.GrpcDoor;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>The protocol over gRPC: what the server and its models say of themselves, and inference.</summary>
[Collection(nameof(ProtocolServer))]
public sealed class GrpcCases(ProtocolServer server) : IDisposable
{
    private readonly GrpcDoor _door = new(server);

    public static TheoryData<string> Types => [.. ElementType.All.Select(type => type.Name)];

    public static TheoryData<string> TypesWithContents => [.. ElementType.All.Where(type => type.HasJson).Select(type => type.Name)];

    public void Dispose() => _door.Dispose();

    [Fact]
    public async Task The_server_is_live() =>
        Assert.True((await _door.CallAsync("ServerLive", new ServerLiveRequest(), ServerLiveResponse.Parser)).Live);

    [Fact]
    public async Task The_server_is_ready() =>
        Assert.True((await _door.CallAsync("ServerReady", new ServerReadyRequest(), ServerReadyResponse.Parser)).Ready);

    [Fact]
    public async Task The_server_says_the_same_over_both_doors()
    {
        var (grpc, rest) = (
            await _door.CallAsync("ServerMetadata", new ServerMetadataRequest(), ServerMetadataResponse.Parser),
            (await server.GetAsync("/v2")).Json
        );
        Assert.Equal((rest.GetProperty("name").GetString(), rest.GetProperty("version").GetString()), (grpc.Name, grpc.Version));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    public async Task A_model_that_can_be_asked_is_ready(string version)
    {
        server.Need("echo-fp32");
        Assert.True(
            (
                await _door.CallAsync(
                    "ModelReady",
                    new ModelReadyRequest { Name = "echo-fp32", Version = version },
                    ModelReadyResponse.Parser
                )
            ).Ready
        );
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Metadata_names_datatype_and_shape(string type)
    {
        server.Need(Model(type));
        var metadata = await _door.CallAsync(
            "ModelMetadata",
            new ModelMetadataRequest { Name = Model(type) },
            ModelMetadataResponse.Parser
        );
        Assert.Equal((Model(type), "1"), (metadata.Name, metadata.Versions[0]));
        Assert.Equal(("x", type), (metadata.Inputs[0].Name, metadata.Inputs[0].Datatype));
        Assert.Equal(("y", type), (metadata.Outputs[0].Name, metadata.Outputs[0].Datatype));
        Assert.Equal([-1, 3], metadata.Outputs[0].Shape);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Raw_contents_in_and_out(string type)
    {
        var bytes = RestTypeCases.Values(type).Bytes;
        var answer = await _door.InferAsync(Request(type, raw: bytes));
        Assert.Equal(bytes, answer.RawOutputContents[0]);
        Assert.Equal((type, "y"), (answer.Outputs[0].Datatype, answer.Outputs[0].Name));
        Assert.Equal([2, 3], answer.Outputs[0].Shape);
        Assert.Null(answer.Outputs[0].Contents);
    }

    [Theory]
    [MemberData(nameof(TypesWithContents))]
    public async Task Typed_contents_are_computed(string type)
    {
        var contents = Contents(type);
        var answer = await _door.InferAsync(Request(type, contents));
        if (answer.RawOutputContents.Count > 0)
            Assert.Equal(RestTypeCases.Values(type).Bytes, answer.RawOutputContents[0]);
        else
            Assert.Equal(contents, answer.Outputs[0].Contents);
    }

    [Theory]
    [InlineData("7", "7")]
    [InlineData("", "")]
    public async Task The_id_comes_back(string id, string expected)
    {
        var request = Request("FP32", raw: new byte[24]);
        request.Id = id;
        var answer = await _door.InferAsync(request);
        Assert.Equal((expected, "echo-fp32", "1"), (answer.Id, answer.ModelName, answer.ModelVersion));
    }

    [Theory]
    [InlineData("numbers_out")]
    [InlineData("numbers_out", "flags_out")]
    public async Task Outputs_come_as_asked_for(params string[] names)
    {
        server.Need("pair");
        var request = new ModelInferRequest
        {
            ModelName = "pair",
            RawInputContents = { ByteString.CopyFrom(1, 0, 1), ByteString.CopyFrom(new byte[8]) },
        };
        request.Inputs.Add(
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "flags",
                Datatype = "BOOL",
                Shape = { 1, 3 },
            }
        );
        request.Inputs.Add(
            new ModelInferRequest.Types.InferInputTensor
            {
                Name = "numbers",
                Datatype = "FP32",
                Shape = { 1, 2 },
            }
        );
        request.Outputs.AddRange(names.Select(name => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name }));
        Assert.Equal(names, (await _door.InferAsync(request)).Outputs.Select(output => output.Name));
    }

    private static InferTensorContents Contents(string type) => type switch
    {
        "BOOL" => new() { BoolContents = { true, false, true, true, false, false } },
        "UINT8" => new() { UintContents = { 0, 1, 2, 127, 128, byte.MaxValue } },
        "UINT16" => new() { UintContents = { 0, 1, 255, 256, 32768, ushort.MaxValue } },
        "UINT32" => new() { UintContents = { 0, 1, 65536, 1u << 31, uint.MaxValue - 1, uint.MaxValue } },
        "UINT64" => new() { Uint64Contents = { 0, 1, 1ul << 53, (1ul << 53) + 1, 1ul << 63, ulong.MaxValue } },
        "INT8" => new() { IntContents = { 0, 1, -1, 5, sbyte.MinValue, sbyte.MaxValue } },
        "INT16" => new() { IntContents = { 0, 1, -1, 300, short.MinValue, short.MaxValue } },
        "INT32" => new() { IntContents = { 0, 1, -1, 70000, int.MinValue, int.MaxValue } },
        "INT64" => new() { Int64Contents = { 0, 1, -1, (1L << 53) + 1, long.MinValue, long.MaxValue } },
        "FP32" => new() { Fp32Contents = { 0, 1, -2.5f, float.MaxValue, float.Epsilon, 0.1f } },
        _ => new() { Fp64Contents = { 0, 1, -2.5, double.MaxValue, double.Epsilon, 0.1 } },
    };
}
