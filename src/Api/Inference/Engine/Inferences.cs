using System.Diagnostics;

namespace ConcatService.Api.Inference.Engine;

/// <summary>Computes what a request asks of a version, and counts it.</summary>
internal sealed class Inferences(ModelCache cache)
{
    /// <param name="began">When the request came, in ticks of <see cref="Stopwatch"/>.</param>
    /// <exception cref="InferenceException">Too many wait already, or the model cannot compute this.</exception>
    /// <exception cref="OperationCanceledException">The caller left, or its time is over.</exception>
    public async ValueTask<InferenceResult> RunAsync(ServedVersion version, InferenceCall call, long began, CancellationToken cancel)
    {
        ModelCache.Lease? lease = null;
        try
        {
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
