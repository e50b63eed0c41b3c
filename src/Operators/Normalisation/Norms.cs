using ConcatService.Domain.Graphs;
using ConcatService.Domain.Onnx;

namespace ConcatService.Operators;

/// <summary>What the normalisations over channels share.</summary>
internal static class Norms
{
    /// <summary>weight [C] from 1, bias [C] from 0, running_mean [C] from 0, running_var [C] from 1: PyTorch's start.</summary>
    public static IEnumerable<Parameter> Parameters(long channels, bool weight, bool bias, bool statistics)
    {
        if (weight)
            yield return new("weight", [channels], Initializer.Ones);
        if (bias)
            yield return new("bias", [channels], Initializer.Zeros);
        if (!statistics)
            yield break;
        yield return new("running_mean", [channels], Initializer.Zeros, Trainable: false);
        yield return new("running_var", [channels], Initializer.Ones, Trainable: false);
    }

    /// <summary>The learned weight, or the ones that ONNX asks for where there is none.</summary>
    public static string Weight(OnnxScope onnx, bool affine, long channels) => affine ? onnx.Parameter("weight") : onnx.Floats([.. Enumerable.Repeat(1f, (int)channels)], channels);

    /// <summary>The learned bias, or zeros.</summary>
    public static string Bias(OnnxScope onnx, bool affine, long channels) => affine ? onnx.Parameter("bias") : onnx.Floats(new float[channels], channels);
}
