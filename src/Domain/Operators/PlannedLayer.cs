using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Operators;

/// <summary>A layer with every shape known. Composite operators are gone: what is listed is what runs.</summary>
/// <param name="Layer">What is planned.</param>
/// <param name="InputShapes">One for each input.</param>
/// <param name="Outputs">One shape for each output port.</param>
public sealed record PlannedLayer(Layer Layer, Shape[] InputShapes, Shape[] Outputs)
{
    private (long Trainable, long Buffers)? _counts;

    /// <summary>The full name.</summary>
    public string Name => Layer.Name;

    public Operator Operator => Layer.Operator;

    public SpecPath Path => Layer.Path;

    /// <summary>Where its inputs come from: planned layers or spec inputs, aliases resolved.</summary>
    public Wire[] Inputs => Layer.Inputs;

    public Shape Input => InputShapes[0];

    public Shape Output => Outputs[0];

    /// <summary>Declared by the operator; the key of a parameter is <c>layer.parameter</c>.</summary>
    public IReadOnlyList<Parameter> Parameters => [.. Operator.Parameters(this)];

    /// <summary>The key of a parameter in the model, in checkpoints and in ONNX: <c>stem.weight</c>.</summary>
    public string KeyOf(Parameter parameter) => $"{Name}.{parameter.Name}";

    /// <summary>Multiply-accumulates for one sample; null when a size is symbolic.</summary>
    public long? Macs => Operator.Macs(this);

    /// <summary>Trainable numbers, as PyTorch counts them.</summary>
    public long ParameterCount => (_counts ??= Count()).Trainable;

    /// <summary>Running statistics, which Keras adds to its totals.</summary>
    public long BufferCount => (_counts ??= Count()).Buffers;

    // Only the counts are kept: most plans are reported and never built.
    private (long Trainable, long Buffers) Count()
    {
        var (trainable, buffers) = (0L, 0L);
        foreach (var parameter in Operator.Parameters(this))
        {
            if (parameter.Trainable)
                trainable = Saturating.Add(trainable, parameter.Count);
            else
                buffers = Saturating.Add(buffers, parameter.Count);
        }

        return (trainable, buffers);
    }
}
