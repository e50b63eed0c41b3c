using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// The outputs of one run of a model, shared by the requests that were computed together. Freed when the last of them is done.
/// </summary>
internal sealed class RunOutputs(IDisposableReadOnlyCollection<OrtValue> values, int users)
{
    private int _users = users;

    public OrtValue this[int index] => values[index];

    public void Release()
    {
        if (Interlocked.Decrement(ref _users) == 0)
            values.Dispose();
    }
}

/// <summary>The outputs of one request: its rows of what was computed. Dispose when they are written.</summary>
internal sealed class InferenceResult : IDisposable
{
    private readonly RunOutputs _outputs;
    private readonly IReadOnlyList<TensorInfo> _asked;
    private readonly long _firstRow, _rows, _allRows;
    private readonly long _computed = Stopwatch.GetTimestamp();
    private (ModelCache.Lease Lease, ModelStats Stats, long Samples, long Began)? _owner;

    /// <param name="asked">The outputs asked for, as they lie in <paramref name="outputs"/>.</param>
    /// <param name="firstRow">Where the request's samples begin among those of the run.</param>
    /// <param name="rows">How many are the request's; 0 when the run was its own.</param>
    public InferenceResult(RunOutputs outputs, IReadOnlyList<TensorInfo> asked, long firstRow, long rows, long allRows, RunTimes times)
    {
        (_outputs, _asked, _firstRow, _rows, _allRows, Times) = (outputs, asked, firstRow, rows, allRows, times);
        Shapes = [.. asked.Select((_, index) => Shape(index))];
    }

    public RunTimes Times { get; }

    public int Count => _asked.Count;

    /// <summary>Of each output.</summary>
    public IReadOnlyList<long[]> Shapes { get; }

    public TensorInfo Info(int index) => _asked[index];

    /// <summary>Little-endian elements in row-major order.</summary>
    public ReadOnlySpan<byte> Data(int index)
    {
        var all = _outputs[index].GetTensorMutableRawData();
        return _rows == 0 ? all : all.Slice((int)(all.Length / _allRows * _firstRow), (int)(all.Length / _allRows * _rows));
    }

    /// <summary>Keeps the model alive until the outputs are written, and counts the request then.</summary>
    public void Track(ModelCache.Lease lease, ModelStats stats, long samples, long began) => _owner = (lease, stats, samples, began);

    public void Dispose()
    {
        _outputs.Release();
        if (_owner is not var (lease, stats, samples, began))
            return;
        lease.Dispose();
        var now = Stopwatch.GetTimestamp();
        stats.Answered(samples, Times, now - _computed, now - began);
    }

    private long[] Shape(int index)
    {
        var shape = _outputs[index].GetTensorTypeAndShape().Shape;
        if (_rows > 0)
            shape[0] = _rows;
        return shape;
    }
}
