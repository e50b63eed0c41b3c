using System.IO.Pipelines;
using ConcatService.Api.Errors;
using ConcatService.Api.Inference.Rest;
using ConcatService.Api.Memory;
using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;

namespace ConcatService.Api.Inference.Grpc;

/// <summary>
/// Takes a message's memory from the request's share while it arrives. The framework reads a message whole, and a compressed one may
/// unpack to the largest that is read.
/// </summary>
internal sealed class GrpcMemory(PipeReader inner, MemoryShare memory) : PipeReader, IRequestBodyPipeFeature
{
    /// <summary>The bytes as they came, and the tensors that are copied out of them.</summary>
    private const long Copies = 2;

    private long _takenBytes;

    public PipeReader Reader => this;

    public static void UseIn(WebApplication app) =>
        app.UseWhen(
            http => http.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true,
            grpc => grpc.Use((http, next) =>
            {
                http.Features.Set<IRequestBodyPipeFeature>(new GrpcMemory(http.Request.BodyReader, MemoryShare.Of(http)));
                return next(http);
            })
        );

    public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        Counted(await inner.ReadAsync(cancellationToken));

    public override bool TryRead(out ReadResult result)
    {
        if (!inner.TryRead(out result))
            return false;
        result = Counted(result);
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

    public override void CancelPendingRead() => inner.CancelPendingRead();

    public override void Complete(Exception? exception = null) => inner.Complete(exception);

    /// <summary>A message begins with a byte that tells whether it is compressed (gRPC over HTTP/2, Length-Prefixed-Message).</summary>
    private ReadResult Counted(ReadResult read)
    {
        var isCompressed = !read.Buffer.IsEmpty && read.Buffer.FirstSpan[0] == 1;
        var bytes = Copies * (isCompressed ? InferBody.MaxBytes : read.Buffer.Length);
        if (bytes <= _takenBytes)
            return read;
        try
        {
            memory.Take(bytes - _takenBytes);
        }
        catch (ProblemException full)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, full.Message));
        }

        _takenBytes = bytes;
        return read;
    }
}
