using ConcatService.Domain.Jobs;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Weights;

/// <summary>Uploaded weights.</summary>
/// <param name="Id">What a job names in <c>initial_weights</c>.</param>
/// <param name="Format"><c>safetensors</c>, <c>onnx</c> or <c>darknet</c>.</param>
/// <param name="IsNetwork">Whether the file is an ONNX model that is imported without a gap: a job with epochs 0 then compares its answers
/// with the file's own.</param>
/// <param name="TensorCount">How many tensors the file has.</param>
/// <param name="Tensors">With their types and shapes, in the order of the file. Null in a list.</param>
internal sealed record WeightsResource(
    Guid Id,
    string Name,
    string Format,
    bool IsNetwork,
    int TensorCount,
    string Sha256,
    long LengthBytes,
    DateTimeOffset CreatedAt,
    IReadOnlyList<WeightsResource.Tensor>? Tensors
)
{
    /// <param name="Dtype">In the words of safetensors: <c>F32</c>, <c>F16</c>, <c>BF16</c>, <c>I64</c> and so on.</param>
    /// <param name="Shape">Sizes; none for a single number.</param>
    public sealed record Tensor(string Name, string Dtype, IReadOnlyList<long> Shape);

    public static WeightsResource Of(UploadedWeights weights) =>
        new(
            weights.Id,
            weights.Name,
            weights.Format,
            weights.IsNetwork,
            weights.Tensors,
            weights.Sha256,
            weights.LengthBytes,
            weights.CreatedAt,
            [
                .. StoredWeights
                    .Parse(weights.Content)
                    .Tensors.Select(tensor => new Tensor(tensor.Name, tensor.Dtype, tensor.Shape)),
            ]
        );
}
