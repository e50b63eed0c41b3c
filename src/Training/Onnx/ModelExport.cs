using ConcatService.Domain.Onnx;

namespace ConcatService.Training.Onnx;

/// <summary>A trained model -> the bytes of an ONNX model.</summary>
public static class ModelExport
{
    /// <param name="normalization">Of the one input, inside the graph; null where the network takes 0..1 as it is.</param>
    public static byte[] Write(TorchModel model, Normalization? normalization, IReadOnlyDictionary<string, string> metadata)
    {
        var byInput = new Dictionary<string, Normalization>();
        if (normalization is not null)
            byInput[model.Plan.Inputs[0].Name] = normalization;
        return OnnxBytes.Write(OnnxGraphBuilder.Build(model.Plan, byInput), model.Parameters.ToDictionary(parameter => parameter.Key, parameter => parameter.Tensor), metadata);
    }
}
