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
    private string? _owner;

    /// <summary>The full name.</summary>
    public string Name => Layer.Name;

    public Operator Operator => Layer.Operator;

    public SpecPath Path => Layer.Path;

    /// <summary>Where its inputs come from: planned layers or spec inputs, aliases resolved.</summary>
    public Wire[] Inputs => Layer.Inputs;

    /// <summary>The first input; of a layer without inputs, what it gives.</summary>
    public Shape Input => InputShapes.Length > 0 ? InputShapes[0] : Outputs[0];

    public Shape Output => Outputs[0];

    /// <summary>Declared by the operator; the key of a parameter is <c>layer.parameter</c>.</summary>
    public IReadOnlyList<Parameter> Parameters => [.. Operator.Parameters(this)];

    /// <summary>Whether it computes with the weights of another layer, where they count.</summary>
    public bool SharesWeights => Layer.Weights is { } other && other != Name;

    /// <summary>The layer that the parameters belong to: itself, or the one whose weights it shares.</summary>
    public string Owner
    {
        get => _owner ?? Layer.Weights ?? Name;
        internal set => _owner = value;
    }

    /// <summary>Whether it has something to train, also where that counts elsewhere.</summary>
    public bool Trains => SharesWeights ? Operator.Parameters(this).Any(parameter => parameter.Trainable) : ParameterCount > 0;

    /// <summary>The key of a parameter in the model, in checkpoints and in ONNX: <c>stem.weight</c>.</summary>
    public string KeyOf(Parameter parameter) => $"{Owner}.{parameter.Name}";

    /// <summary>How often it runs for one sample: the steps of the <c>time_distributed</c> in which it stands. Default: 1.</summary>
    public Dim Repeats { get; init; } = 1;

    /// <summary>Multiply-accumulates for one sample; null when a size is symbolic.</summary>
    public long? Macs => Operator.Macs(this) is { } each && Repeats.Known is { } times ? Saturating.Multiply(each, times) : null;

    /// <summary>Trainable numbers, as PyTorch counts them; shared ones count at their owner.</summary>
    public long ParameterCount => (_counts ??= Count()).Trainable;

    /// <summary>Running statistics, which Keras adds to its totals.</summary>
    public long BufferCount => (_counts ??= Count()).Buffers;

    // Only the counts are kept: most plans are reported and never built.
    private (long Trainable, long Buffers) Count()
    {
        var (trainable, buffers) = (0L, 0L);
        if (SharesWeights)
            return (0, 0);
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
