using System.Text.Json;
using ConcatService.Api.Errors;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Persistence;
using Microsoft.ML.OnnxRuntime;

namespace ConcatService.Api.Inference;

/// <summary>A model version that is loaded and can answer from many threads at once.</summary>
internal sealed class ServedModel(ModelVersion version, string spec, byte[] onnx) : IDisposable
{
    // As sent: its symbols, where it has any, were given sizes when it was trained.
    private readonly Compilation _compiled = Compiler.CompileOnly(JsonBody.Parse(spec));
    private readonly InferenceSession _session = OnnxRuntime.Load(onnx);

    public IReadOnlyList<TensorInfo> Inputs { get; } = TensorInfo.ListOf(version.Inputs);

    public IReadOnlyList<TensorInfo> Outputs { get; } = TensorInfo.ListOf(version.Outputs);

    /// <summary>Labels in the order of the scores; empty when the model has none.</summary>
    public string[] Classes { get; } = version.Classes?.Deserialize<string[]>() ?? [];

    /// <summary>In what order pictures go in.</summary>
    public Layout Layout => _compiled.Spec.Layout;

    /// <summary>The kind of the last layer: a network may end in its softmax.</summary>
    public string? LastLayer => _compiled.Planned.Rows.Where(row => row.Layer.Name == _compiled.Graph.Outputs[0].Wire.Source).Select(row => row.Layer.Operator.Kind).FirstOrDefault();

    /// <summary>Computes the named outputs, in that order.</summary>
    /// <exception cref="InferenceException">ONNX Runtime refused: sizes that vary and do not go together.</exception>
    public IDisposableReadOnlyCollection<OrtValue> Run(IReadOnlyList<string> names, IReadOnlyList<OrtValue> inputs, IReadOnlyList<string> outputs)
    {
        using var options = new RunOptions();
        try
        {
            return _session.Run(options, names, inputs, outputs);
        }
        catch (OnnxRuntimeException refused)
        {
            throw new InferenceException("inference.refused", $"The model cannot compute this: {refused.Message}");
        }
    }

    public void Dispose() => _session.Dispose();
}
