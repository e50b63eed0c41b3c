using System.Globalization;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A dropout that leaves a fifth of what passes, or less.</summary>
internal sealed class HighDropout : WarningRule
{
    private const double Least = 0.8;

    public override Code Code { get; } =
        new(
            "train.high_dropout",
            $"A dropout with p of {Least.ToString(CultureInfo.InvariantCulture)} or more: in each step a fifth of the numbers or less is "
                + "left, multiplied by five or more. Published networks use 0.5 at most, and 0.2 to 0.3 behind convolutions (Srivastava et "
                + "al. 2014); with 0.95 in a branch, test accuracy fell by 17 to 22 points."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            var (layer, p) = (i, flow.Layers[i].Operator.DropRate);
            if (p < Least)
                continue;
            var left = p < 1
                ? string.Create(CultureInfo.InvariantCulture, $"{(1 - p) * 100:0.#} % of the numbers, each multiplied by {1 / (1 - p):0.#}")
                : "nothing: all numbers are zero";
            found.Add(At(
                flow,
                layer,
                string.Create(CultureInfo.InvariantCulture, $"p is {p}, so what comes through in training is {left}."),
                "Set p to 0.5 or less.") with
            {
                Fixes = () => Fixes(flow, layer),
            });
        }
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int layer)
    {
        var patch = Patch(flow, layer);
        patch.Set(flow.Layers[layer].Path, "p", 0.5);
        yield return new(
            $"dropout-{Words.Slug(flow.NameOf(layer))}",
            FixKind.Edit,
            "Set p to 0.5",
            "Half of the numbers come through in each step, doubled.",
            Loss.None,
            patch.Patch
        );
    }
}
