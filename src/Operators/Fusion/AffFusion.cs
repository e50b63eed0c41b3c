using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>
/// Attentional feature fusion (Dai et al. 2021): a weighted sum of two branches; each element's weight comes from local and global context.
/// Branches of other width are projected to the widest; more than two are folded from the left.
/// </summary>
[Kind("aff")]
public sealed record AffFusion : Fusion
{
    /// <summary>Hidden channels are the input's divided by this, rounded down, at least 1. Default: 4.</summary>
    [Between(1)]
    public long Reduction { get; init; } = 4;                                                    // Dai et al. 2021, section 5.1

    public override Wire? Fuse(Expansion expansion, Operator joined)
    {
        if (
            !expansion.ShapeContext.IsDefaultOrder(Twins.RankOf(expansion.ShapeContext.Input))
            || Branches.Widths(expansion) is not { } widths
        )
            return null;
        var width = widths.Max();
        var branches = expansion
            .Inputs.Select(
                (branch, i) => widths[i] == width ? branch : expansion.Add($"project{i}", Branches.Pointwise(expansion, width), branch)
            )
            .ToArray();
        var fused = branches[0];
        for (var i = 1; i < branches.Length; i++)
            fused = Two(expansion, fused, branches[i], width, branches.Length == 2 ? "" : $"{i}_", isLast: i == branches.Length - 1);
        return branches.Length == 1 ? expansion.Finish(new Identity(), fused) : fused;
    }

    // Dai et al. 2021, eq. 4: M(x + y)·x + (1 − M(x + y))·y, as y + M·(x − y).
    private Wire? Two(Expansion expansion, Wire? x, Wire? y, long width, string prefix, bool isLast)
    {
        var sum = expansion.Add($"{prefix}sum", new Elementwise { Kind = "add" }, x, y);
        var local = Squeeze(expansion, sum, width, $"{prefix}local");
        var whole = expansion.Add($"{prefix}pool", new GlobalPool { Kind = "global_avg_pool", KeepDims = true }, sum);
        var global = Squeeze(expansion, whole, width, $"{prefix}global");
        var seen = expansion.Add($"{prefix}seen", new Elementwise { Kind = "add" }, local, global);
        var share = expansion.Add($"{prefix}share", new Activation { Kind = "sigmoid" }, seen);
        var difference = expansion.Add($"{prefix}difference", new Elementwise { Kind = "subtract" }, x, y);
        var part = expansion.Add($"{prefix}part", new Elementwise { Kind = "multiply" }, difference, share);
        return isLast
            ? expansion.Finish(new Elementwise { Kind = "add" }, y, part)
            : expansion.Add($"{prefix}fused", new Elementwise { Kind = "add" }, y, part);
    }

    private Wire? Squeeze(Expansion expansion, Wire? input, long width, string prefix)
    {
        var reduced = expansion.Add($"{prefix}_reduce", Branches.Pointwise(expansion, Math.Max(1, width / Reduction), bias: false), input);
        var normal = expansion.Add($"{prefix}_norm", new BatchNorm(), reduced);
        var active = expansion.Add($"{prefix}_activation", new Activation { Kind = "relu" }, normal);
        var widened = expansion.Add($"{prefix}_widen", Branches.Pointwise(expansion, width, bias: false), active);
        return expansion.Add($"{prefix}_out", new BatchNorm(), widened);
    }
}
