using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Planning;

/// <summary>The sums over a plan.</summary>
/// <param name="Parameters">Trainable weights and biases, as PyTorch counts them.</param>
/// <param name="Buffers">Running statistics, which Keras adds to its totals.</param>
/// <param name="Macs">Multiply-accumulates for one sample; null when a size is symbolic.</param>
/// <param name="ActivationBytesPerSample">Every layer's output once; null when a size is symbolic.</param>
public sealed record Totals(long Parameters, long Buffers, long? Macs, long? ActivationBytesPerSample)
{
    public static Totals Of(Plan plan)
    {
        long parameters = 0, buffers = 0;
        long? macs = 0, activations = 0;
        foreach (var layer in plan.Layers)
        {
            parameters += layer.ParameterCount;
            buffers += layer.BufferCount;
            macs = Sum(macs, layer.Macs);
            foreach (var output in layer.Outputs)
                activations = Sum(
                    activations,
                    output.ElementsPerSample is { } elements && layer.Repeats.Known is { } times
                        ? Saturating.Multiply(Saturating.Multiply(elements, times), BytesOf(output.DType))
                        : null
                );
        }

        return new(parameters, buffers, macs, activations);
    }

    public static long BytesOf(DType dtype) => dtype == DType.Int64 ? 8 : 4;

    private static long? Sum(long? a, long? b) => a is { } x && b is { } y ? Saturating.Add(x, y) : null;
}
