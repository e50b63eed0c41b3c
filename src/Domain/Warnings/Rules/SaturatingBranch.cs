using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A sigmoid, tanh or softmax at the end of a branch of a concat that further layers learn from.</summary>
/// <remarks>
/// Recurrent layers, whose states are bounded by design, are not meant. A concat that no weighted layer reads is not meant: heads of a
/// detector are joined after their sigmoid.
/// </remarks>
internal sealed class SaturatingBranch : WarningRule
{
    public override Code Code { get; } =
        new(
            "concat.saturating_branch",
            "A branch ends in sigmoid, tanh or softmax. Their slope is at most 1/4, 1 and 1/4, and close to 0 beyond ±5 (0.7% for sigmoid, "
                + "0.02% for tanh), so the branch learns more slowly than its neighbors, or not at all. A layer counts as saturated when "
                + "more than "
                + "half of its inputs are there (DeepDiagnosis, ICSE 2022)."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        bool[]? isWeighedLater = null;
        foreach (var merge in flow.Merges)
        {
            if (!flow.JoinsFeatures(merge))
                continue;
            var sources = flow.Sources(merge);
            for (var i = 0; i < sources.Length; i++)
            {
                if (Last(flow, sources[i]) is not { } flat || !(isWeighedLater ??= WeighedLater(flow))[merge])
                    continue;
                found.Add(Saturating(flow, merge, i, flat));
                break; // one finding for each concat; its repair brings the next branch up
            }
        }
    }

    private Warning Saturating(Flow flow, int merge, int input, int flat)
    {
        var (kind, isSteep) = (flow.Layers[flat].Operator.Kind, flow.Layers[flat].Operator.Nonlinearity is { LargestSlope: 1 });
        var passed = isSteep ? "0.02% of the gradient beyond ±5" : "at most a quarter of the gradient";
        return AtMerge(flow, merge,
            $"{flow.InputName(merge, input)} ends in {kind}, which passes {passed}; relu passes all of it where its input is positive.",
            $"Take relu instead of {kind}, or put the activation after the merge.") with
        {
            Fixes = () => Fixes(flow, merge, flat),
        };
    }

    /// <summary>The saturating layer that gives these numbers, or null.</summary>
    private static int? Last(Flow flow, int layer)
    {
        while (
            !flow.IsInput(layer)
            && flow.Effects[layer] == Effect.None
            && !flow.IsMerge(layer)
            && flow.Sources(layer) is [var source, ..]
        )
            layer = source;
        return !flow.IsInput(layer) && flow.Effects[layer] == Effect.Saturates ? layer : null;
    }

    /// <summary>For each layer, whether a weighted layer comes behind it.</summary>
    private static bool[] WeighedLater(Flow flow)
    {
        var later = new bool[flow.Count];
        for (var i = flow.Layers.Length - 1; i >= 0; i--)
        {
            var own = later[i] || flow.Effects[i].Has(Effect.Weighs);
            foreach (var source in flow.Sources(i))
                later[source] |= own;
        }

        return later;
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int merge, int flat)
    {
        var layer = flow.Layers[flat];
        var attribute = layer.Name.EndsWith("/activation", StringComparison.Ordinal) ? "activation" : "type";
        yield return new(
            $"relu-{Words.Slug(flow.NameOf(flat))}",
            FixKind.Edit,
            $"Take relu instead of {layer.Operator.Kind} at {flow.NameOf(flat)}",
            "The branch is no longer bounded; a norm before it holds its scale.",
            Loss.Rewired,
            Patch(flow, merge).Set(layer.Path, attribute, "relu").Patch
        );
    }
}
