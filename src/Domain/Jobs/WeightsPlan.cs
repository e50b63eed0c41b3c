using System.Text.Json;

namespace ConcatService.Domain.Jobs;

/// <summary>Where the first value of a parameter is read from.</summary>
/// <param name="Key">The parameter's: <c>stem.weight</c>.</param>
/// <param name="Tensor">Its name in the file.</param>
/// <param name="Dtype">As the file has it; the numbers become float32.</param>
/// <param name="Offset">In bytes from the start of the file.</param>
/// <param name="LengthBytes">Of its numbers.</param>
/// <param name="Transposed">Whether the file has the matrix the other way round.</param>
public sealed record AssignedTensor(string Key, string Tensor, string Dtype, long Offset, long LengthBytes, bool Transposed);

/// <summary>What an input of the network was normalized by when the weights were trained.</summary>
public sealed record CarriedNormalization(string Input, float[] Mean, float[] Deviation);

/// <summary>What became of the tensors of the file and the parameters of the network.</summary>
/// <param name="Source">The id of the uploaded weights, or <c>model/version</c>.</param>
/// <param name="Used">Parameters and running statistics that begin with a tensor of the file.</param>
/// <param name="LeftOver">Tensors of the file that no parameter is read from.</param>
/// <param name="Missing">Parameters that begin as <c>initialization</c> says.</param>
/// <param name="Transposed">Parameters whose matrix the file has the other way round.</param>
/// <param name="Converted">Parameters whose numbers the file has in another type than float32.</param>
/// <param name="Normalization">Where the figures come from by which inputs are normalized: <c>source</c> (they came with the weights),
/// <c>data</c> (the training split) or <c>none</c>.</param>
public sealed record WeightsReport(
    string Source,
    int Used,
    IReadOnlyList<string> LeftOver,
    IReadOnlyList<string> Missing,
    IReadOnlyList<string> Transposed,
    IReadOnlyList<string> Converted,
    string Normalization
);

/// <summary>The weights that a training begins with: worked out when the job was sent, and only carried out by the trainer.</summary>
/// <param name="Sha256">The file that they are read from.</param>
/// <param name="Normalization">Used in place of the training split's figures; null where the weights came without any.</param>
/// <param name="CompareWithFile">Whether the file is a whole ONNX network whose answers must be those of the version that is made.</param>
public sealed record WeightsPlan(
    string Sha256,
    IReadOnlyList<AssignedTensor> Tensors,
    IReadOnlyList<CarriedNormalization>? Normalization,
    bool CompareWithFile,
    WeightsReport Report
)
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static WeightsPlan Parse(JsonElement json) => json.Deserialize<WeightsPlan>(Snake)!;

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Snake);
}
