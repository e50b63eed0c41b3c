namespace ConcatService.Domain.Operators;

/// <summary>
/// What an operator costs in memory while it trains, as libtorch computes it: what is held from the forward to the backward pass.
/// </summary>
/// <remarks>
/// Sources: libtorch's derivatives.yaml for what a backward formula reads; the operator's libtorch half for what is computed with.
/// </remarks>
public readonly record struct Footprint
{
    /// <summary>The backward pass reads the inputs: convolutions, norms, poolings. The default.</summary>
    public static Footprint Inputs { get; } = new() { HoldsInputs = true };

    /// <summary>The backward pass reads the output: rectifiers, sigmoids.</summary>
    public static Footprint Output { get; } = new() { HoldsOutput = true };

    /// <summary>The backward pass reads sizes alone: averages, resizing.</summary>
    public static Footprint Nothing { get; }

    /// <summary>The output is a view of the input, or of the layer's own tensor; no copy.</summary>
    public static Footprint View { get; } = new() { IsView = true };

    /// <summary>The inputs' gradients are the output's or parts of it: sums, joins.</summary>
    public static Footprint PassesGradient { get; } = new() { SharesGradient = true };

    public bool HoldsInputs { get; init; }

    public bool HoldsOutput { get; init; }

    public bool IsView { get; init; }

    public bool SharesGradient { get; init; }

    /// <summary>Held besides, in bytes for each number of the output: masks, positions, steps in between.</summary>
    public double BytesPerNumber { get; init; }

    /// <summary>In which width the operator reads and gives float numbers. Default: float32.</summary>
    public NumberFormat Format { get; init; }
}

/// <summary>The width of a layer's numbers in a training with bfloat16.</summary>
public enum NumberFormat
{
    /// <summary>Reads and gives float32, whatever arrives.</summary>
    Float32,

    /// <summary>Gives what arrives: bound by memory, and exact or harmless in half the width (as PyTorch's autocast has it).</summary>
    AsGiven,

    /// <summary>A matrix product: casts its inputs and weights to the training's precision and gives that.</summary>
    Precision,
}
