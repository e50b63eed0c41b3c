namespace ConcatService.Domain.Operators;

/// <summary>Number format of convolutions and linear layers in training.</summary>
public enum Precision
{
    /// <summary>bfloat16 on a GPU and on a CPU that multiplies it in hardware, otherwise float32.</summary>
    Auto,

    /// <summary>32 bits everywhere.</summary>
    Float32,

    /// <summary>bfloat16 in matrix products: faster, with the same test accuracy within noise where it was measured.</summary>
    Bfloat16,
}
