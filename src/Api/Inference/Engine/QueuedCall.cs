using System.Diagnostics;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// A request in line. Either the caller leaves or the model takes it; whoever is first decides, since the tensors are the caller's.
/// </summary>
internal sealed class QueuedCall(InferenceCall call, ModelStats stats, CancellationToken cancel)
{
    private const int Waiting = 0, Taken = 1, Left = 2;
    private readonly TaskCompletionSource<InferenceResult> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    public InferenceCall Call => call;

    public ModelStats Stats => stats;

    public CancellationToken Cancel => cancel;

    /// <summary>In ticks of <see cref="Stopwatch"/>.</summary>
    public long Since { get; } = Stopwatch.GetTimestamp();

    public Task<InferenceResult> Result => _result.Task;

    public bool HasLeft => Volatile.Read(ref _state) == Left;

    public bool TryTake() => Interlocked.CompareExchange(ref _state, Taken, Waiting) == Waiting;

    public void Leave()
    {
        if (Interlocked.CompareExchange(ref _state, Left, Waiting) == Waiting)
            _result.SetCanceled();
    }

    public void Give(InferenceResult result) => _result.SetResult(result);

    public void Fail(Exception reason) => _result.SetException(reason);
}
