using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>Each branch times its gate: a sigmoid of a 1x1 convolution of the concat. Gates start at 0.5.</summary>
[Kind("gate")]
public sealed record GateFusion : Fusion
{
    public override Wire? Fuse(Expansion expansion, Operator joined)
    {
        if (Branches.Widths(expansion) is not { } widths)
            return null;
        var all = expansion.Add("concat", joined, [.. expansion.Inputs]);
        var gated = new Wire?[widths.Length];
        for (var i = 0; i < gated.Length; i++)
        {
            var seen = expansion.Add($"see{i}", Branches.Pointwise(expansion, widths[i], startsAtZero: true), all);
            var gate = expansion.Add($"gate{i}", new Activation { Kind = "sigmoid" }, seen);
            gated[i] = expansion.Add($"gated{i}", new Elementwise { Kind = "multiply" }, expansion.Inputs[i], gate);
        }

        return expansion.Finish(joined, gated);
    }
}
