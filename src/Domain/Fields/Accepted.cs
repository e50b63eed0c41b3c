namespace ConcatService.Domain.Fields;

/// <summary>The only element type that PyTorch's <c>dtype</c> may be here.</summary>
public enum OnlyFloat32
{
    Float32,
}

/// <summary>What PyTorch's constructors take and means nothing here: read, checked, and not kept.</summary>
public sealed class Accepted
{
    /// <summary>Accepted as PyTorch has it, and means nothing: where memory can be used again, the service decides.</summary>
    public bool Inplace { get; init; }

    /// <summary>Accepted as PyTorch has it, and means nothing: a job says where it trains.</summary>
    public string? Device { get; init; }

    /// <summary>Accepted as PyTorch has it, and means nothing: weights are float32.</summary>
    public OnlyFloat32? Dtype { get; init; }
}

/// <summary>Names one of <see cref="Accepted"/> that a record takes beside its own attributes.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true, Inherited = false)]
public sealed class AcceptsAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}
