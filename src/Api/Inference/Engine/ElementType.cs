using Microsoft.ML.OnnxRuntime.Tensors;

namespace ConcatService.Api.Inference.Engine;

/// <summary>
/// What a tensor holds, by the protocol's name (Open Inference Protocol, "Tensor Data Types"; BF16 is Triton's addition).
/// </summary>
/// <param name="Name"><c>FP32</c>.</param>
/// <param name="Bytes">Of one element.</param>
/// <param name="Onnx">ONNX Runtime's name for it.</param>
internal sealed record ElementType(string Name, int Bytes, TensorElementType Onnx)
{
    /// <summary>All but BYTES: no operator of ours takes or gives strings.</summary>
    public static IReadOnlyList<ElementType> All { get; } =
    [
        new("BOOL", 1, TensorElementType.Bool),
        new("UINT8", 1, TensorElementType.UInt8),
        new("UINT16", 2, TensorElementType.UInt16),
        new("UINT32", 4, TensorElementType.UInt32),
        new("UINT64", 8, TensorElementType.UInt64),
        new("INT8", 1, TensorElementType.Int8),
        new("INT16", 2, TensorElementType.Int16),
        new("INT32", 4, TensorElementType.Int32),
        new("INT64", 8, TensorElementType.Int64),
        new("FP16", 2, TensorElementType.Float16),
        new("BF16", 2, TensorElementType.BFloat16),
        new("FP32", 4, TensorElementType.Float),
        new("FP64", 8, TensorElementType.Double),
    ];

    /// <summary>Whether its numbers have a form in JSON: 16-bit floats have none that servers agree on, and go as bytes.</summary>
    public bool HasJson => Onnx is not (TensorElementType.Float16 or TensorElementType.BFloat16);

    /// <exception cref="ArgumentException">No such type.</exception>
    public static ElementType Named(string name) =>
        All.FirstOrDefault(type => type.Name == name) ?? throw new ArgumentException($"There is no datatype '{name}'.", nameof(name));
}
