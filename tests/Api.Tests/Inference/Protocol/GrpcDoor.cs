using ConcatService.Api.Inference.Grpc;
using ConcatService.Api.Inference.Grpc.Wire;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace ConcatService.Api.Tests.Inference.Protocol;

/// <summary>Calls over gRPC, through the official client library.</summary>
internal sealed class GrpcDoor(ProtocolServer server) : IDisposable
{
    private GrpcChannel? _channel;

    public void Dispose() => _channel?.Dispose();

    public static string Model(string type) => $"echo-{type.ToLowerInvariant()}";

    public static ModelInferRequest Request(string type, InferTensorContents? contents = null, byte[]? raw = null)
    {
        var request = new ModelInferRequest
        {
            ModelName = Model(type),
            Inputs =
            {
                new ModelInferRequest.Types.InferInputTensor
                {
                    Name = "x",
                    Datatype = type,
                    Shape = { 2, 3 },
                    Contents = contents,
                },
            },
        };
        if (raw is not null)
            request.RawInputContents.Add(ByteString.CopyFrom(raw));
        return request;
    }

    public async Task<ModelInferResponse> InferAsync(ModelInferRequest request)
    {
        server.Need(request.ModelName);
        return await CallAsync("ModelInfer", request, ModelInferResponse.Parser);
    }

    public async Task<StatusCode> StatusAsync<TRequest, TResponse>(
        string method,
        TRequest request,
        MessageParser<TResponse> parser,
        DateTime? deadline = null,
        bool leaves = false,
        string? key = "",
        bool garble = false
    )
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(method, request, parser, deadline, leaves, key, garble));
        return failure.StatusCode;
    }

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        string method,
        TRequest request,
        MessageParser<TResponse> parser,
        DateTime? deadline = null,
        bool leaves = false,
        string? key = "",
        bool garble = false
    )
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        Assert.SkipUnless(server.GrpcUrl is not null, "No gRPC address: OIP_GRPC names it.");
        _channel ??= GrpcChannel.ForAddress(server.GrpcUrl!);
        var headers = new Metadata();
        if ((key is "" ? server.Key : key) is { } bearer)
            headers.Add("Authorization", $"Bearer {bearer}");
        var call = new Method<TRequest, TResponse>(
            MethodType.Unary,
            GrpcMethods.Service,
            method,
            new(message => garble ? [0x0A, 0xFF, 0xFF] : message.ToByteArray(), _ => throw new NotSupportedException()),
            new(message => message.ToByteArray(), parser.ParseFrom)
        );
        return await _channel
            .CreateCallInvoker()
            .AsyncUnaryCall(
                call,
                null,
                new CallOptions(headers, deadline, leaves ? new CancellationToken(canceled: true) : TestContext.Current.CancellationToken),
                request
            );
    }
}
