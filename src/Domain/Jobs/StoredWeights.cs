using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcatService.Domain.Jobs;

/// <summary>A tensor of an uploaded file, and where its numbers lie there: little-endian, in row-major order.</summary>
/// <param name="Name">As the file says it.</param>
/// <param name="Dtype">In the words of safetensors: <c>F32</c>, <c>F16</c>, <c>BF16</c>, <c>F64</c>, <c>I64</c> and so on.</param>
/// <param name="Shape">Sizes; none for a single number.</param>
/// <param name="Offset">In bytes from the start of the file.</param>
/// <param name="LengthBytes">Of its numbers.</param>
public sealed record StoredTensor(string Name, string Dtype, IReadOnlyList<long> Shape, long Offset, long LengthBytes)
{
    /// <summary>How many numbers it has.</summary>
    [JsonIgnore]
    public long Count => Shape.Aggregate(1L, (product, size) => product * size);
}

/// <summary>The tensor of a file that a parameter is read from.</summary>
/// <param name="Transpose">Whether the file has the rows of the matrix as columns.</param>
public sealed record TensorSource(string Name, bool Transpose = false);

/// <summary>What is known of an uploaded file of weights. The numbers stay in the file.</summary>
/// <param name="Format"><c>safetensors</c>, <c>onnx</c> or <c>darknet</c>.</param>
/// <param name="Tensors">In the order of the file.</param>
public sealed record StoredWeights(string Format, IReadOnlyList<StoredTensor> Tensors)
{
    private static readonly JsonSerializerOptions Snake = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    /// <summary>
    /// Of an ONNX file: by the key of a parameter of the spec that the file is imported as, the initializer that it is. Empty for others.
    /// </summary>
    public IReadOnlyDictionary<string, TensorSource> Keys { get; init; } = new Dictionary<string, TensorSource>();

    /// <summary>Whether the file is a network that is imported without a gap, so that answers can be compared with its own.</summary>
    public bool IsNetwork { get; init; }

    public static StoredWeights Parse(JsonElement json) => json.Deserialize<StoredWeights>(Snake)!;

    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Snake);
}
