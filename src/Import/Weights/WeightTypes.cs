namespace ConcatService.Import.Weights;

/// <summary>The element types of tensors, in the words of safetensors.</summary>
internal static class WeightTypes
{
    private static readonly Dictionary<string, long> Bytes = new()
    {
        ["F64"] = 8,
        ["F32"] = 4,
        ["F16"] = 2,
        ["BF16"] = 2,
        ["I64"] = 8,
        ["I32"] = 4,
        ["I16"] = 2,
        ["I8"] = 1,
        ["U8"] = 1,
        ["BOOL"] = 1,
    };

    public static string Known { get; } = string.Join(", ", Bytes.Keys);

    /// <summary>Of one number; null for a type that is not read.</summary>
    public static long? BytesOf(string dtype) => Bytes.TryGetValue(dtype, out var bytes) ? bytes : null;

    /// <summary>By ONNX's number of the type (TensorProto.DataType); null for one that is not read.</summary>
    public static string? OfOnnx(long type) => type switch
    {
        1 => "F32",
        2 => "U8",
        3 => "I8",
        5 => "I16",
        6 => "I32",
        7 => "I64",
        9 => "BOOL",
        10 => "F16",
        11 => "F64",
        16 => "BF16",
        _ => null,
    };
}
