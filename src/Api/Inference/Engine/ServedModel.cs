using System.Buffers;
using System.Text.Json;
using ConcatService.Api.Requests;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Persistence.Entities;
using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference.Engine;

/// <summary>A model version that is loaded and can answer from many threads at once.</summary>
internal sealed class ServedModel : IDisposable
{
    /// <summary>Of inputs: after such a run ONNX Runtime gives back what it took, which it keeps for the next run otherwise.</summary>
    private const int LargeBytes = 8 << 20;

    private readonly Lazy<Compilation> _compiled;
    private readonly InferenceSession _session;
    private readonly string[] _inputNames;

    public ServedModel(ModelVersion version, string spec, byte[] onnx, QueueSettings queue)
    {
        // as sent: its symbols, where it has any, were given sizes when it was trained
        _compiled = new(() => Compilation.Of(JsonBody.Parse(spec)));
        _session = OnnxRuntime.Load(onnx);
        Signature = new(TensorInfo.ListOf(version.Inputs), TensorInfo.ListOf(version.Outputs));
        Classes = version.Classes?.Deserialize<string[]>() ?? [];
        _inputNames = [.. Signature.Inputs.Select(input => input.Name)];
        Queue = new(this, queue);                                               // last: it may try the model out
    }

    public Signature Signature { get; }

    /// <summary>The way to the model.</summary>
    public ModelQueue Queue { get; }

    /// <summary>Labels in the order of the scores; empty when the model has none.</summary>
    public string[] Classes { get; }

    /// <summary>In what order pictures go in.</summary>
    public Layout Layout => _compiled.Value.Spec.Layout;

    /// <summary>The kind of the last layer: a network may end in its softmax.</summary>
    public string? LastLayer =>
        _compiled
            .Value.Planned.Rows.Where(row => row.Layer.Name == _compiled.Value.Graph.Outputs[0].Wire.Source)
            .Select(row => row.Layer.Operator.Kind)
            .FirstOrDefault();

    /// <summary>
    /// Computes outputs, in the order given. The inputs are read where they lie; the outputs lie in ONNX Runtime's memory.
    /// </summary>
    /// <param name="inputs">In the model's order.</param>
    /// <exception cref="InferenceException">ONNX Runtime refused: sizes that vary and do not go together.</exception>
    /// <exception cref="OperationCanceledException">Nobody wants it any more.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(
        IReadOnlyList<InputTensor> inputs,
        IReadOnlyList<TensorInfo> outputs,
        CancellationToken cancel
    )
    {
        var (pins, values) = (new MemoryHandle[inputs.Count], new OrtValue[inputs.Count]);
        using var options = new RunOptions();
        if (inputs.Sum(input => (long)input.Data.Length) >= LargeBytes && !OnnxRuntime.UsesCuda)
            options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
        using var stop = cancel.UnsafeRegister(static options => ((RunOptions)options!).Terminate = true, options);
        try
        {
            for (var i = 0; i < pins.Length; i++)
            {
                var (info, shape, data) = inputs[i];
                pins[i] = data.Pin();
                values[i] = OrtValue.CreateTensorValueWithData(
                    OrtMemoryInfo.DefaultInstance,
                    info.Type.Onnx,
                    shape,
                    Address(pins[i]),
                    data.Length
                );
            }

            return _session.Run(options, _inputNames, values, [.. outputs.Select(output => output.Name)]);
        }
        catch (OnnxRuntimeException) when (cancel.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancel);
        }
        catch (OnnxRuntimeException refused)
        {
            throw new InferenceException("inference.refused", $"The model cannot compute this: {refused.Message}");
        }
        finally
        {
            for (var i = 0; i < pins.Length; i++)
            {
                values[i]?.Dispose();
                pins[i].Dispose();
            }
        }
    }

    private static unsafe nint Address(MemoryHandle pin) => (nint)pin.Pointer;

    public void Dispose()
    {
        Queue.Dispose();
        _session.Dispose();
    }
}
