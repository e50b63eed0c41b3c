using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Grpc;
using ConcatService.Api.Inference.Grpc.Wire;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ConcatService.Api.Tests.Protocol;

/// <summary>The protocol over gRPC, through the official client library.</summary>
[Collection(nameof(ProtocolServer))]
public sealed class GrpcCases(ProtocolServer server) : IDisposable
{
    private GrpcChannel? _channel;

    public static TheoryData<string> Types => [.. ElementType.All.Select(type => type.Name)];

    public static TheoryData<string> TypesWithContents => [.. ElementType.All.Where(type => type.HasJson).Select(type => type.Name)];

    public void Dispose() => _channel?.Dispose();

    [Fact]
    public async Task The_server_is_live() => Assert.True((await CallAsync("ServerLive", new ServerLiveRequest(), ServerLiveResponse.Parser)).Live);

    [Fact]
    public async Task The_server_is_ready() => Assert.True((await CallAsync("ServerReady", new ServerReadyRequest(), ServerReadyResponse.Parser)).Ready);

    [Fact]
    public async Task The_server_says_the_same_over_both_doors()
    {
        var (grpc, rest) = (await CallAsync("ServerMetadata", new ServerMetadataRequest(), ServerMetadataResponse.Parser), (await server.GetAsync("/v2")).Json);
        Assert.Equal((rest.GetProperty("name").GetString(), rest.GetProperty("version").GetString()), (grpc.Name, grpc.Version));
    }

    [Theory]
    [InlineData("")]
    [InlineData("1")]
    public async Task A_model_that_can_be_asked_is_ready(string version)
    {
        server.Need("echo-fp32");
        Assert.True((await CallAsync("ModelReady", new ModelReadyRequest { Name = "echo-fp32", Version = version }, ModelReadyResponse.Parser)).Ready);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public async Task Metadata_names_datatype_and_shape(string type)
    {
        server.Need(Model(type));
        var metadata = await CallAsync("ModelMetadata", new ModelMetadataRequest { Name = Model(type) }, ModelMetadataResponse.Parser);
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
        var answer = await InferAsync(Request(type, raw: bytes));
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
        var answer = await InferAsync(Request(type, contents));
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
        var answer = await InferAsync(request);
        Assert.Equal((expected, "echo-fp32", "1"), (answer.Id, answer.ModelName, answer.ModelVersion));
    }

    [Theory]
    [InlineData("numbers_out")]
    [InlineData("numbers_out", "flags_out")]
    public async Task Outputs_come_as_asked_for(params string[] names)
    {
        server.Need("pair");
        var request = new ModelInferRequest { ModelName = "pair", RawInputContents = { ByteString.CopyFrom(1, 0, 1), ByteString.CopyFrom(new byte[8]) } };
        request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = "flags", Datatype = "BOOL", Shape = { 1, 3 } });
        request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = "numbers", Datatype = "FP32", Shape = { 1, 2 } });
        request.Outputs.AddRange(names.Select(name => new ModelInferRequest.Types.InferRequestedOutputTensor { Name = name }));
        Assert.Equal(names, (await InferAsync(request)).Outputs.Select(output => output.Name));
    }

    [Theory]
    [InlineData("no-such-model", "")]
    [InlineData("echo-fp32", "99")]
    [InlineData("", "")]
    [InlineData("a\0b", "")]
    [InlineData("echo-fp32", "\0")]
    public async Task What_is_not_there_is_NOT_FOUND(string model, string version)
    {
        Assert.Equal(StatusCode.NotFound, await StatusAsync("ModelMetadata", new ModelMetadataRequest { Name = model, Version = version }, ModelMetadataResponse.Parser));
        Assert.Equal(StatusCode.NotFound, await StatusAsync("ModelInfer", new ModelInferRequest { ModelName = model, ModelVersion = version }, ModelInferResponse.Parser));
    }

    [Theory]
    [MemberData(nameof(FaultNames))]
    public async Task A_faulty_request_is_INVALID_ARGUMENT(string what)
    {
        server.Need("echo-fp32");
        var request = Request("FP32", raw: new byte[24]);
        Faults[what](request);
        Assert.Equal((what, StatusCode.InvalidArgument), (what, await StatusAsync("ModelInfer", request, ModelInferResponse.Parser)));
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
        ["contents of another type"] = request => { request.RawInputContents.Clear(); request.Inputs[0].Contents = new() { Int64Contents = { 1, 2, 3, 4, 5, 6 } }; },
        ["too few contents"] = request => { request.RawInputContents.Clear(); request.Inputs[0].Contents = new() { Fp32Contents = { 1, 2, 3 } }; },
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
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync("ModelInfer", Request(type, contents), ModelInferResponse.Parser));
    }

    [Fact]
    public async Task A_call_that_nobody_knows_is_UNIMPLEMENTED() =>
        Assert.Equal(StatusCode.Unimplemented, await StatusAsync("NoSuchCall", new ServerLiveRequest(), ServerLiveResponse.Parser));

    [Fact]
    public async Task A_deadline_that_is_over_is_DEADLINE_EXCEEDED()
    {
        server.Need("echo-fp32");
        Assert.Equal(StatusCode.DeadlineExceeded, await StatusAsync("ModelInfer", Request("FP32", raw: new byte[24]), ModelInferResponse.Parser, deadline: DateTime.UtcNow));
    }

    [Fact]
    public async Task A_caller_who_leaves_is_CANCELLED()
    {
        server.Need("echo-fp32");
        Assert.Equal(StatusCode.Cancelled, await StatusAsync("ModelInfer", Request("FP32", raw: new byte[24]), ModelInferResponse.Parser, leaves: true));
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_INVALID_ARGUMENT()
    {
        Assert.SkipUnless(server.IsOurs, "The protocol does not say it: other servers answer INTERNAL.");
        Assert.Equal(StatusCode.InvalidArgument, await StatusAsync("ModelInfer", new InferParameter { StringParam = "x" }, ModelInferResponse.Parser, garble: true));
    }

    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("ccs_wrong", StatusCode.Unauthenticated)]
    public async Task Without_a_key_that_is_in_force_nothing_is_computed(string? key, StatusCode expected)
    {
        Assert.SkipUnless(server.IsOurs, "Who may call is not the protocol's to say.");
        Assert.Equal(expected, await StatusAsync("ModelInfer", Request("FP32", raw: new byte[24]), ModelInferResponse.Parser, key: key));
    }

    private static string Model(string type) => $"echo-{type.ToLowerInvariant()}";

    private static ModelInferRequest Request(string type, InferTensorContents? contents = null, byte[]? raw = null)
    {
        var request = new ModelInferRequest { ModelName = Model(type), Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "x", Datatype = type, Shape = { 2, 3 }, Contents = contents } } };
        if (raw is not null)
            request.RawInputContents.Add(ByteString.CopyFrom(raw));
        return request;
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

    private async Task<ModelInferResponse> InferAsync(ModelInferRequest request)
    {
        server.Need(request.ModelName);
        return await CallAsync("ModelInfer", request, ModelInferResponse.Parser);
    }

    private async Task<StatusCode> StatusAsync<TRequest, TResponse>(
        string method, TRequest request, MessageParser<TResponse> parser, DateTime? deadline = null, bool leaves = false, string? key = "", bool garble = false)
        where TRequest : class, IMessage<TRequest> where TResponse : class, IMessage<TResponse>
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(method, request, parser, deadline, leaves, key, garble));
        return failure.StatusCode;
    }

    private async Task<TResponse> CallAsync<TRequest, TResponse>(
        string method, TRequest request, MessageParser<TResponse> parser, DateTime? deadline = null, bool leaves = false, string? key = "", bool garble = false)
        where TRequest : class, IMessage<TRequest> where TResponse : class, IMessage<TResponse>
    {
        Assert.SkipUnless(server.GrpcUrl is not null, "No gRPC address: OIP_GRPC names it.");
        _channel ??= GrpcChannel.ForAddress(server.GrpcUrl!);
        var headers = new Metadata();
        if ((key is "" ? server.Key : key) is { } bearer)
            headers.Add("Authorization", $"Bearer {bearer}");
        var call = new Method<TRequest, TResponse>(
            MethodType.Unary, GrpcMethods.Service, method,
            new(message => garble ? [0x0A, 0xFF, 0xFF] : message.ToByteArray(), _ => throw new NotSupportedException()), new(message => message.ToByteArray(), parser.ParseFrom));
        return await _channel.CreateCallInvoker().AsyncUnaryCall(call, null, new CallOptions(headers, deadline, leaves ? new CancellationToken(canceled: true) : TestContext.Current.CancellationToken), request);
    }
}
