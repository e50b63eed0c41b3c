using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>The concat as it is.</summary>
[Kind("none")]
public sealed record NoFusion : Fusion
{
    public override Wire? Fuse(Expansion expansion, Operator joined) => expansion.Finish(joined, [.. expansion.Inputs]);
}

/// <summary>Squeeze-and-excitation on the concat. The options are those of the layer.</summary>
[Kind("se")]
public sealed record SeFusion : Fusion
{
    /// <summary>What the channels are divided by in between. Default: 16.</summary>
    [Domain.Fields.Between(1)]
    public long Reduction { get; init; } = 16;

    public override Wire? Fuse(Expansion expansion, Operator joined) =>
        expansion.Finish(new SqueezeExcitation { Reduction = Reduction }, expansion.Add("concat", joined, [.. expansion.Inputs]));
}

/// <summary>Efficient channel attention on the concat. The options are those of the layer.</summary>
[Kind("eca")]
public sealed record EcaFusion : Fusion
{
    /// <summary>How many neighbors are seen. Default: by the number of channels.</summary>
    [Domain.Fields.Between(1)]
    public long? KernelSize { get; init; }

    public override Wire? Fuse(Expansion expansion, Operator joined) =>
        expansion.Finish(new Eca { KernelSize = KernelSize }, expansion.Add("concat", joined, [.. expansion.Inputs]));
}

/// <summary>Convolutional block attention on the concat. The options are those of the layer.</summary>
[Kind("cbam")]
public sealed record CbamFusion : Fusion
{
    /// <summary>What the channels are divided by in between. Default: 16.</summary>
    [Domain.Fields.Between(1)]
    public long Reduction { get; init; } = 16;

    /// <summary>Cells of the window that weighs places. Default: 7.</summary>
    [Domain.Fields.Between(1)]
    public long KernelSize { get; init; } = 7;

    public override Wire? Fuse(Expansion expansion, Operator joined) =>
        expansion.Finish(
            new Cbam { Reduction = Reduction, KernelSize = KernelSize },
            expansion.Add("concat", joined, [.. expansion.Inputs])
        );
}

/// <summary>
/// Each branch brought to the same length per place, with a learned scale, before the concat (ParseNet, Liu et al. 2015).
/// </summary>
[Kind("l2norm")]
public sealed record L2NormFusion : Fusion
{
    /// <summary>The scale at the start. Default: 10.</summary>
    public double Scale { get; init; } = 10;

    public override Wire? Fuse(Expansion expansion, Operator joined) =>
        expansion.Finish(
            joined,
            [.. expansion.Inputs.Select((branch, i) => expansion.Add($"norm{i}", new L2Norm { Scale = Scale }, branch))]
        );
}
