using ConcatService.Api.Inference.Engine;

namespace ConcatService.Api.Inference.Rest;

/// <summary>
/// A model's configuration as Triton describes it (extension <c>model_configuration</c>); its load generator asks for it first.
/// </summary>
/// <param name="MaxBatchSize">0 when the first size is no batch. Otherwise the sizes of tensors here begin behind the batch.</param>
internal sealed record ModelConfig(
    string Name,
    string Platform,
    string Backend,
    int MaxBatchSize,
    IReadOnlyList<ModelConfig.Tensor> Input,
    IReadOnlyList<ModelConfig.Tensor> Output,
    IReadOnlyList<ModelConfig.Instances> InstanceGroup
)
{
    /// <summary>Of the bundle's Triton; here a request may have as many samples as its body can hold.</summary>
    private const int BatchSize = 32;

    /// <param name="DataType"><c>TYPE_FP32</c>.</param>
    public sealed record Tensor(string Name, string DataType, long[] Dims);

    /// <param name="Kind"><c>KIND_CPU</c> or <c>KIND_GPU</c>.</param>
    public sealed record Instances(string Name, string Kind, int Count);

    public static ModelConfig Of(string model, Signature signature)
    {
        var hasBatch = signature.Inputs.Concat(signature.Outputs).All(tensor => tensor.Shape is [-1, ..]);
        return new(
            model,
            "onnxruntime_onnx",
            "onnxruntime",
            hasBatch ? BatchSize : 0,
            [.. signature.Inputs.Select(input => Describe(input, hasBatch))],
            [.. signature.Outputs.Select(output => Describe(output, hasBatch))],
            [new(model, OnnxRuntime.UsesCuda ? "KIND_GPU" : "KIND_CPU", 1)]
        );
    }

    private static Tensor Describe(TensorInfo tensor, bool hasBatch) =>
        new(tensor.Name, $"TYPE_{tensor.Datatype}", hasBatch ? tensor.Shape[1..] : tensor.Shape);
}
