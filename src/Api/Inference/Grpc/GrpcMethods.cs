using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Engine;
using ConcatService.Api.Inference.Grpc.Wire;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Microsoft.AspNetCore.Authorization;

namespace ConcatService.Api.Inference.Grpc;

/// <summary>
/// The methods of <c>inference.GRPCInferenceService</c>. Bound by hand, and not by generated code, so that bytes which are no message are
/// the caller's fault (INVALID_ARGUMENT) and not an unknown one, and every failure has the status that its REST twin has.
/// </summary>
internal sealed partial class GrpcMethods(ILogger<GrpcMethods> log) : IServiceMethodProvider<GrpcInference>
{
    public const string Service = "inference.GRPCInferenceService";

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<GrpcInference> context)
    {
        Add(
            context,
            "ServerLive",
            isOpen: true,
            ServerLiveRequest.Parser,
            (_, _, _) => Task.FromResult(new ServerLiveResponse { Live = true })
        );
        Add(
            context,
            "ServerReady",
            isOpen: true,
            ServerReadyRequest.Parser,
            (service, _, call) => service.ServerReadyAsync(call.CancellationToken)
        );
        Add(
            context,
            "ServerMetadata",
            isOpen: false,
            ServerMetadataRequest.Parser,
            (_, _, _) => Task.FromResult(GrpcInference.ServerMetadata())
        );
        Add(
            context,
            "ModelReady",
            isOpen: false,
            ModelReadyRequest.Parser,
            (service, request, call) => service.ModelReadyAsync(request, call)
        );
        Add(
            context,
            "ModelMetadata",
            isOpen: false,
            ModelMetadataRequest.Parser,
            (service, request, call) => service.ModelMetadataAsync(request, call)
        );
        Add(
            context,
            "ModelInfer",
            isOpen: false,
            ModelInferRequest.Parser,
            (service, request, call) => service.ModelInferAsync(request, call)
        );
        Add(
            context,
            "ModelConfig",
            isOpen: false,
            ModelConfigRequest.Parser,
            (service, request, call) => service.ModelConfigAsync(request, call)
        );
        Add(
            context,
            "ModelStatistics",
            isOpen: false,
            ModelStatisticsRequest.Parser,
            (service, request, call) => service.ModelStatisticsAsync(request, call)
        );
        Add(
            context,
            "RepositoryIndex",
            isOpen: false,
            RepositoryIndexRequest.Parser,
            (service, _, call) => service.RepositoryIndexAsync(call)
        );
    }

    private void Add<TRequest, TResponse>(
        ServiceMethodProviderContext<GrpcInference> context,
        string name,
        bool isOpen,
        MessageParser<TRequest> parser,
        Func<GrpcInference, TRequest, ServerCallContext, Task<TResponse>> handle
    )
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage<TResponse>
    {
        var method = new Method<TRequest, TResponse>(
            MethodType.Unary,
            Service,
            name,
            new(Write, read => Parse(parser, read)),
            new(Write, _ => throw new NotSupportedException("The server only writes responses."))
        );
        context.AddUnaryMethod(
            method,
            isOpen ? [new AllowAnonymousAttribute(), new HttpMethodMetadata(["POST"])] : [new HttpMethodMetadata(["POST"])],
            async (service, request, call) =>
        {
            try
            {
                return await handle(service, request, call);
            }
            catch (Exception failure) when (failure is not RpcException && !call.CancellationToken.IsCancellationRequested)
            {
                throw new RpcException(StatusOf(name, call, failure));
            }
        });
    }

    private static TRequest Parse<TRequest>(MessageParser<TRequest> parser, DeserializationContext context)
        where TRequest : IMessage<TRequest>
    {
        try
        {
            return parser.ParseFrom(context.PayloadAsReadOnlySequence());
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new RpcException(new Status(StatusCode.InvalidArgument, $"The message cannot be read: {malformed.Message}"));
        }
    }

    private static void Write(IMessage message, SerializationContext context)
    {
        context.SetPayloadLength(message.CalculateSize());
        message.WriteTo(context.GetBufferWriter());
        context.Complete();
    }

    private Status StatusOf(string method, ServerCallContext call, Exception failure)
    {
        if (failure is InferenceException refused)
            return new(Code(refused.Fault), refused.Message);
        if (failure is ProblemException { Problem.StatusCode: 503 } || ExceptionProblems.IsDatabaseGone(failure))
            return new(StatusCode.Unavailable, "The database does not answer. Try again in a moment.");
        Failed(method, failure);
        var trace = ExceptionProblems.TraceId(call.GetHttpContext());
        return new(StatusCode.Internal, $"The service failed. The log has the reason under the trace id {trace}.");
    }

    private static StatusCode Code(Fault fault) => fault switch
    {
        Fault.NotFound => StatusCode.NotFound,
        Fault.TooLarge => StatusCode.ResourceExhausted,
        Fault.Unsupported => StatusCode.Unimplemented,
        Fault.Unavailable => StatusCode.Unavailable,
        _ => StatusCode.InvalidArgument,
    };

    [LoggerMessage(2101, LogLevel.Error, "gRPC {Method} failed")]
    private partial void Failed(string method, Exception failure);
}
