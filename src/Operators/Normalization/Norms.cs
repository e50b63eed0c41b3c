using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>What the normalizations over channels share.</summary>
internal static class Norms
{
    /// <summary>weight [C] from 1, bias [C] from 0, running_mean [C] from 0, running_var [C] from 1: PyTorch's start.</summary>
    /// <param name="countsBatches">Whether the statistics come with num_batches_tracked, which PyTorch keeps in every case.</param>
    public static IEnumerable<Parameter> Parameters(long channels, bool weight, bool bias, bool statistics, bool countsBatches = false)
    {
        long[] dims = [channels];
        if (weight)
            yield return new("weight", dims, Initializer.Ones);
        if (bias)
            yield return new("bias", dims, Initializer.Zeros);
        if (!statistics)
            yield break;
        yield return new("running_mean", dims, Initializer.Zeros, Trainable: false);
        yield return new("running_var", dims, Initializer.Ones, Trainable: false);
        if (countsBatches)
            yield return new("num_batches_tracked", [1], Initializer.Zeros, Trainable: false);
    }

    /// <summary>What <c>normalized_shape</c> declares; null where it is not given.</summary>
    public static DeclaredWidth? Declared(Integers? normalized) =>
        normalized is { Count: 1 } one ? new("normalized_shape", one[0]) : null;

    /// <summary>Whether a norm over the features has them, as many as declared; reports why not.</summary>
    public static bool IsOverFeatures(ShapeContext context, Integers? normalized)
    {
        if (normalized is null or { Count: 1 })
            return context.HasFeatures(out _);
        context.Error(
            Codes.OutOfRange,
            $"normalized_shape is {normalized}, and {context.Layer.Operator.Kind} works on the feature axis alone. Give its size, or leave "
                + $"it out."
        );
        return false;
    }

    /// <summary>The learned weight, or the ones that ONNX asks for where there is none.</summary>
    public static string Weight(OnnxScope onnx, bool affine, long channels) =>
        affine ? onnx.Parameter("weight") : onnx.Floats([.. Enumerable.Repeat(1f, (int)channels)], channels);

    /// <summary>The learned bias, or zeros.</summary>
    public static string Bias(OnnxScope onnx, bool affine, long channels) =>
        affine ? onnx.Parameter("bias") : onnx.Floats(new float[channels], channels);

    /// <summary>A parameter [C] in a shape that multiplies along the feature axis: [C, 1, 1].</summary>
    public static string AlongFeatures(OnnxScope onnx, string parameter)
    {
        var behind = onnx.Layer.Input.Rank - 1 - onnx.Layer.Input.Index(Axis.Channels);
        return behind == 0
            ? onnx.Parameter(parameter)
            : onnx.Part("Unsqueeze", [onnx.Parameter(parameter), onnx.Constant([.. Enumerable.Range(1, behind).Select(i => (long)i)])]);
    }

    /// <summary>Adds the learned weight and bias, where there are any, as the layer's last nodes.</summary>
    public static void AddAffine(OnnxScope onnx, string normal, bool affine)
    {
        if (affine)
            onnx.Add("Add", [onnx.Part("Mul", [normal, AlongFeatures(onnx, "weight")]), AlongFeatures(onnx, "bias")]);
        else
            onnx.Add("Identity", [normal]);
    }
}
