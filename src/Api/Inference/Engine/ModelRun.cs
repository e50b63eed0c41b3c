using System.Buffers;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace ConcatService.Api.Inference.Engine;

/// <summary>One run of a model: for one request, or for several whose samples are put one after another.</summary>
internal static class ModelRun
{
    public static InferenceResult Alone(ServedModel model, InferenceCall call, ModelStats stats, long queueTicks, CancellationToken cancel)
    {
        var began = Stopwatch.GetTimestamp();
        var outputs = model.Run(call.Inputs, call.Outputs, cancel);
        var took = Stopwatch.GetTimestamp() - began;
        stats.Ran(call.Samples, 0, took);
        return new(new RunOutputs(outputs, users: 1), call.Outputs, 0, 0, 0, new(queueTicks, 0, took));
    }

    /// <summary>
    /// Gives every caller its rows or its failure. When the model refuses the batch, each request is computed alone, so that none pays for
    /// another.
    /// </summary>
    public static void Together(ServedModel model, IReadOnlyList<QueuedCall> batch)
    {
        var began = Stopwatch.GetTimestamp();
        if (batch.Count > 1 && TryTogether(model, batch, began))
            return;
        foreach (var each in batch)
        {
            try
            {
                each.Give(Alone(model, each.Call, each.Stats, began - each.Since, each.Cancel));
            }
            catch (Exception reason)                                    // the caller's to handle, on the caller's thread
            {
                each.Fail(reason);
            }
        }
    }

    private static bool TryTogether(ServedModel model, IReadOnlyList<QueuedCall> batch, long began)
    {
        var samples = batch.Sum(each => each.Call.Samples);
        var inputs = Join(batch, samples);
        var joined = Stopwatch.GetTimestamp();
        try
        {
            var values = model.Run(inputs, batch[0].Call.Outputs, CancellationToken.None);
            var computed = Stopwatch.GetTimestamp();
            batch[0].Stats.Ran(samples, joined - began, computed - joined);
            var (outputs, row) = (new RunOutputs(values, batch.Count), 0L);
            foreach (var each in batch)
            {
                each.Give(
                    new(
                        outputs,
                        each.Call.Outputs,
                        row,
                        each.Call.Samples,
                        samples,
                        new(began - each.Since, joined - began, computed - joined)
                    )
                );
                row += each.Call.Samples;
            }

            return true;
        }
        catch (InferenceException)
        {
            return false;
        }
        finally
        {
            foreach (var input in inputs)
            {
                if (MemoryMarshal.TryGetArray(input.Data, out var pooled))
                    ArrayPool<byte>.Shared.Return(pooled.Array!);
            }
        }
    }

    private static InputTensor[] Join(IReadOnlyList<QueuedCall> batch, long samples)
    {
        var first = batch[0].Call;
        var inputs = new InputTensor[first.Inputs.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            var bytes = batch.Sum(each => each.Call.Inputs[i].Data.Length);
            var (data, at) = (ArrayPool<byte>.Shared.Rent(bytes), 0);
            foreach (var each in batch)
            {
                var part = each.Call.Inputs[i].Data;
                part.Span.CopyTo(data.AsSpan(at));
                at += part.Length;
            }

            inputs[i] = new(first.Inputs[i].Info, [samples, .. first.Inputs[i].Shape.AsSpan(1)], data.AsMemory(0, bytes));
        }

        return inputs;
    }
}
