using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcatService.Api.Inference.Engine;

/// <summary>A tensor at a model's boundary (Open Inference Protocol, "Tensor metadata").</summary>
/// <param name="Datatype"><c>FP32</c>: the name of an <see cref="ElementType"/>.</param>
/// <param name="Shape">With the batch; -1 for sizes that vary.</param>
internal sealed record TensorInfo(string Name, string Datatype, long[] Shape)
{
    [JsonIgnore]
    public ElementType Type { get; } = ElementType.Named(Datatype);

    /// <summary>Reads the list that the registry keeps.</summary>
    public static IReadOnlyList<TensorInfo> ListOf(JsonElement json) =>
        [.. json.EnumerateArray().Select(tensor => new TensorInfo(
            tensor.GetProperty("name").GetString()!,
            tensor.GetProperty("datatype").GetString()!,
            [.. tensor.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64())]))];

    /// <summary>Whether a tensor of these sizes can go in.</summary>
    public bool Takes(ReadOnlySpan<long> shape)
    {
        if (shape.Length != Shape.Length)
            return false;
        for (var i = 0; i < shape.Length; i++)
        {
            if (shape[i] < 1 || (Shape[i] >= 0 && shape[i] != Shape[i]))
                return false;
        }

        return true;
    }
}
