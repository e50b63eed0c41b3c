using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Operators;

/// <summary>
/// Gated multimodal unit (Arevalo et al. 2017): branches projected to one width by tanh and mixed by weights from the concat that sum to 1.
/// Two branches have a weight for each element (a sigmoid), more have one for each position (a softmax over the branches).
/// </summary>
[Kind("gmu")]
public sealed record GmuFusion : Fusion
{
    /// <summary>Channels of the output. Default: those of the widest branch.</summary>
    [Between(1)]
    public long? OutChannels { get; init; }

    public override Wire? Fuse(Expansion expansion, Operator joined)
    {
        if (Branches.Widths(expansion) is not { } widths)
            return null;
        var width = OutChannels ?? widths.Max();
        var all = expansion.Add("concat", joined, [.. expansion.Inputs]);
        var heard = new Wire?[widths.Length];
        for (var i = 0; i < heard.Length; i++)
        {
            var projected = expansion.Add($"project{i}", Branches.Pointwise(expansion, width), expansion.Inputs[i]);
            heard[i] = expansion.Add($"heard{i}", new Activation { Kind = "tanh" }, projected);
        }

        var weights = expansion.Add("weigh", Branches.Pointwise(expansion, heard.Length == 2 ? width : heard.Length), all);
        return heard.Length == 2 ? Mix(expansion, heard[0], heard[1], weights) : Sum(expansion, heard, weights);
    }

    /// <summary>z·a + (1 − z)·b, as b + z·(a − b).</summary>
    private static Wire? Mix(Expansion expansion, Wire? a, Wire? b, Wire? weights)
    {
        var share = expansion.Add("share", new Activation { Kind = "sigmoid" }, weights);
        var difference = expansion.Add("difference", new Elementwise { Kind = "subtract" }, a, b);
        var part = expansion.Add("part", new Elementwise { Kind = "multiply" }, share, difference);
        return expansion.Finish(new Elementwise { Kind = "add" }, b, part);
    }

    private static Wire? Sum(Expansion expansion, Wire?[] heard, Wire? weights)
    {
        var shares = expansion.Add("shares", new Softmax { Kind = "softmax" }, weights);
        var weighed = heard
            .Select(
                (each, i) =>
                    expansion.Add(
                        $"weighed{i}",
                        new Elementwise { Kind = "multiply" },
                        each,
                        expansion.Add($"share{i}", new Slice { Start = i, End = i + 1 }, shares)
                    )
            )
            .ToArray();
        return expansion.Finish(new Elementwise { Kind = "add" }, weighed);
    }
}
