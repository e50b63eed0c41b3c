using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>The plain concat.</summary>
[Kind("none")]
public sealed record NoFusion : Fusion
{
    public override Wire? Fuse(Expansion expansion, Operator joined) => expansion.Finish(joined, [.. expansion.Inputs]);
}

/// <summary>Squeeze-and-excitation on the concat. The options are those of the layer.</summary>
[Kind("se")]
public sealed record SeFusion : Fusion
{
    /// <summary>Hidden channels are the input's divided by this, rounded down, at least 1. Default: 16.</summary>
    [Domain.Fields.Between(1)]
    public long Reduction { get; init; } = 16;

    public override Wire? Fuse(Expansion expansion, Operator joined) =>
        expansion.Finish(new SqueezeExcitation { Reduction = Reduction }, expansion.Add("concat", joined, [.. expansion.Inputs]));
}

/// <summary>Efficient channel attention on the concat. The options are those of the layer.</summary>
[Kind("eca")]
public sealed record EcaFusion : Fusion
{
    /// <summary>Kernel size of the convolution along the channels. Default: by the number of channels.</summary>
    [Domain.Fields.Between(1)]
    public long? KernelSize { get; init; }

    public override Wire? Fuse(Expansion expansion, Operator joined) =>
        expansion.Finish(new Eca { KernelSize = KernelSize }, expansion.Add("concat", joined, [.. expansion.Inputs]));
}

/// <summary>Convolutional block attention on the concat. The options are those of the layer.</summary>
[Kind("cbam")]
public sealed record CbamFusion : Fusion
{
    /// <summary>Hidden channels are the input's divided by this, rounded down, at least 1. Default: 16.</summary>
    [Domain.Fields.Between(1)]
    public long Reduction { get; init; } = 16;

    /// <summary>Kernel size of the spatial attention's convolution. Default: 7.</summary>
    [Domain.Fields.Between(1)]
    public long KernelSize { get; init; } = 7;

    public override Wire? Fuse(Expansion expansion, Operator joined) =>
        expansion.Finish(
            new Cbam { Reduction = Reduction, KernelSize = KernelSize },
            expansion.Add("concat", joined, [.. expansion.Inputs])
        );
}

/// <summary>
/// L2-normalizes each branch's features at each position, with a learned scale, before the concat (ParseNet, Liu et al. 2015).
/// </summary>
[Kind("l2norm")]
public sealed record L2NormFusion : Fusion
{
    /// <summary>Initial scale. Default: 10.</summary>
    public double Scale { get; init; } = 10;

    public override Wire? Fuse(Expansion expansion, Operator joined) =>
        expansion.Finish(
            joined,
            [.. expansion.Inputs.Select((branch, i) => expansion.Add($"norm{i}", new L2Norm { Scale = Scale }, branch))]
        );
}
