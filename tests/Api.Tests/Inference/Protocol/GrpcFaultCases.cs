using ConcatService.Api.Inference.Grpc.Wire;
using Google.Protobuf;
using Grpc.Core;
using static ConcatService.Api.Tests.Inference.Protocol.GrpcDoor;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>What is refused over gRPC, and with which status.</summary>
[Collection(nameof(ProtocolServer))]
public sealed class GrpcFaultCases(ProtocolServer server) : IDisposable
{
    private readonly GrpcDoor _door = new(server);

    public void Dispose() => _door.Dispose();

    [Theory]
    [InlineData("no-such-model", "")]
    [InlineData("echo-fp32", "99")]
    [InlineData("", "")]
    [InlineData("a\0b", "")]
    [InlineData("echo-fp32", "\0")]
    public async Task What_is_not_there_is_NOT_FOUND(string model, string version)
    {
        Assert.Equal(
            StatusCode.NotFound,
            await _door.StatusAsync(
                "ModelMetadata",
                new ModelMetadataRequest { Name = model, Version = version },
                ModelMetadataResponse.Parser
            )
        );
        Assert.Equal(
            StatusCode.NotFound,
            await _door.StatusAsync(
                "ModelInfer",
                new ModelInferRequest { ModelName = model, ModelVersion = version },
                ModelInferResponse.Parser
            )
        );
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_faulty_request_is_INVALID_ARGUMENT(string what)
    {
        server.Need("echo-fp32");
        var request = Request("FP32", raw: new byte[24]);
        Faults[what](request);
        Assert.Equal((what, StatusCode.InvalidArgument), (what, await _door.StatusAsync("ModelInfer", request, ModelInferResponse.Parser)));
    }

    public static TheoryData<string> FaultNames => [.. Faults.Keys];

    private static Dictionary<string, Action<ModelInferRequest>> Faults { get; } = new()
    {
        ["no input"] = request => { request.Inputs.Clear(); request.RawInputContents.Clear(); },
        ["unknown input"] = request => request.Inputs[0].Name = "z",
        ["input twice"] = request => { request.Inputs.Add(request.Inputs[0]); request.RawInputContents.Add(request.RawInputContents[0]); },
        ["other datatype"] = request => request.Inputs[0].Datatype = "FP64",
        ["no datatype"] = request => request.Inputs[0].Datatype = "",
        ["other rank"] = request => request.Inputs[0].Shape.Add(1),
        ["other size"] = request => request.Inputs[0].Shape[1] = 4,
        ["negative size"] = request => request.Inputs[0].Shape[0] = -2,
        ["overflowing shape"] = request => request.Inputs[0].Shape[0] = long.MaxValue,
        ["too few bytes"] = request => request.RawInputContents[0] = ByteString.CopyFrom(new byte[20]),
        ["too many bytes"] = request => request.RawInputContents[0] = ByteString.CopyFrom(new byte[28]),
        ["too few raw tensors"] = request => request.RawInputContents.Clear(),
        ["too many raw tensors"] = request => request.RawInputContents.Add(ByteString.Empty),
        ["both forms"] = request => request.Inputs[0].Contents = new() { Fp32Contents = { 1 } },
        ["contents of another type"] = request =>
        {
            request.RawInputContents.Clear();
            request.Inputs[0].Contents = new() { Int64Contents = { 1, 2, 3, 4, 5, 6 } };
        },
        ["too few contents"] = request =>
        {
            request.RawInputContents.Clear();
            request.Inputs[0].Contents = new() { Fp32Contents = { 1, 2, 3 } };
        },
        ["unknown output"] = request => request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "z" }),
    };

    [Theory]
    [InlineData("INT8", 128)]
    [InlineData("INT16", -32769)]
    [InlineData("UINT8", 256)]
    [InlineData("UINT16", 65536)]
    public async Task A_number_that_a_narrow_type_does_not_hold_is_INVALID_ARGUMENT(string type, int value)
    {
        server.Need(Model(type));
        var contents = new InferTensorContents();
        if (type[0] == 'U')
            contents.UintContents.AddRange(Enumerable.Repeat((uint)value, 6));
        else
            contents.IntContents.AddRange(Enumerable.Repeat(value, 6));
        Assert.Equal(StatusCode.InvalidArgument, await _door.StatusAsync("ModelInfer", Request(type, contents), ModelInferResponse.Parser));
    }

    [Fact]
    public async Task A_call_that_nobody_knows_is_UNIMPLEMENTED() =>
        Assert.Equal(StatusCode.Unimplemented, await _door.StatusAsync("NoSuchCall", new ServerLiveRequest(), ServerLiveResponse.Parser));

    [Fact]
    public async Task A_deadline_that_is_over_is_DEADLINE_EXCEEDED()
    {
        server.Need("echo-fp32");
        Assert.Equal(
            StatusCode.DeadlineExceeded,
            await _door.StatusAsync("ModelInfer", Request("FP32", raw: new byte[24]), ModelInferResponse.Parser, deadline: DateTime.UtcNow)
        );
    }

    [Fact]
    public async Task A_caller_who_leaves_is_CANCELLED()
    {
        server.Need("echo-fp32");
        Assert.Equal(
            StatusCode.Cancelled,
            await _door.StatusAsync("ModelInfer", Request("FP32", raw: new byte[24]), ModelInferResponse.Parser, leaves: true)
        );
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_INVALID_ARGUMENT()
    {
        Assert.SkipUnless(server.IsOurs, "The protocol does not say it: other servers answer INTERNAL.");
        Assert.Equal(
            StatusCode.InvalidArgument,
            await _door.StatusAsync("ModelInfer", new InferParameter { StringParam = "x" }, ModelInferResponse.Parser, garble: true)
        );
    }

    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("ccs_wrong", StatusCode.Unauthenticated)]
    public async Task Without_a_key_that_is_in_force_nothing_is_computed(string? key, StatusCode expected)
    {
        Assert.SkipUnless(server.IsOurs, "Who may call is not the protocol's to say.");
        Assert.Equal(
            expected,
            await _door.StatusAsync("ModelInfer", Request("FP32", raw: new byte[24]), ModelInferResponse.Parser, key: key)
        );
    }

    [Theory]
    [InlineData(1, StatusCode.Unavailable)]
    [InlineData(-1, StatusCode.InvalidArgument)]
    public async Task A_timeout_that_is_over_is_UNAVAILABLE(long microseconds, StatusCode expected)
    {
        Assert.SkipUnless(server.IsOurs, "Triton heeds a request's timeout only in models whose queue allows it.");
        var request = Request("FP32", raw: new byte[24]);
        request.Parameters["timeout"] = new InferParameter { Int64Param = microseconds };
        Assert.Equal(expected, await _door.StatusAsync("ModelInfer", request, ModelInferResponse.Parser));
    }
}
