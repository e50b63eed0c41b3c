using ConcatService.Domain.OnnxExport;

namespace ConcatService.Training.Onnx;

/// <summary>A trained model -> the bytes of an ONNX model.</summary>
public static class ModelExport
{
    /// <param name="normalization">By the input's name, inside the graph; inputs that the network takes as they are have none.</param>
    public static byte[] Write(
        TorchModel model,
        IReadOnlyDictionary<string, Normalization> normalization,
        IReadOnlyDictionary<string, string> metadata
    ) =>
        OnnxBytes.Write(
            OnnxGraphBuilder.Build(model.Plan, normalization),
            model.Parameters.ToDictionary(parameter => parameter.Key, parameter => parameter.Tensor),
            metadata
        );
}
