using System.Diagnostics;

namespace ConcatService.Api.Inference.Engine;

/// <summary>Computes what a request asks of a version, and counts it.</summary>
internal sealed class Inferences(ModelCache cache)
{
    /// <summary>A day: nobody waits longer, and timers do not reach much farther.</summary>
    private const long MaxTimeoutMicroseconds = 24L * 60 * 60 * 1_000_000;

    /// <param name="began">When the request came, in ticks of <see cref="Stopwatch"/>.</param>
    /// <param name="timeoutMicroseconds">The request's parameter <c>timeout</c>: how long its answer is of use, from when it came; 0 for as
    /// long as it takes. Heeded to a millisecond.</param>
    /// <exception cref="InferenceException">Too many wait already, the model cannot compute this, or the request's timeout is
    /// over.</exception>
    /// <exception cref="OperationCanceledException">The caller left, or its time is over.</exception>
    public async ValueTask<InferenceResult> RunAsync(
        ServedVersion version,
        InferenceCall call,
        long began,
        long timeoutMicroseconds,
        CancellationToken cancel
    )
    {
        if (timeoutMicroseconds is 0 or > MaxTimeoutMicroseconds)
            return await RunAsync(version, call, began, cancel);
        var left = TimeSpan.FromMicroseconds(timeoutMicroseconds) - Stopwatch.GetElapsedTime(began);
        using var inTime = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        if (left > TimeSpan.Zero)
            inTime.CancelAfter(left);
        else
            await inTime.CancelAsync();
        try
        {
            return await RunAsync(version, call, began, inTime.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new InferenceException(
                "inference.timeout",
                $"The answer was not there within the request's timeout of {timeoutMicroseconds} microseconds.",
                Fault.Unavailable
            );
        }
    }

    private async ValueTask<InferenceResult> RunAsync(ServedVersion version, InferenceCall call, long began, CancellationToken cancel)
    {
        ModelCache.Lease? lease = null;
        try
        {
            cancel.ThrowIfCancellationRequested();
            lease = await cache.UseAsync(version.Row, cancel);
            var result = await lease.Model.Queue.RunAsync(call, version.Stats, cancel);
            result.Track(lease, version.Stats, call.Samples, began);
            return result;
        }
        catch (Exception failure)
        {
            lease?.Dispose();
            version.Stats.Failure(Reason(failure)).Add(Stopwatch.GetTimestamp() - began);
            throw;
        }
    }

    private static string Reason(Exception failure) => failure switch
    {
        InferenceException { Fault: Fault.Unavailable } => "REJECTED",
        OperationCanceledException => "CANCELED",
        InferenceException => "BACKEND",
        _ => "OTHER",
    };
}
