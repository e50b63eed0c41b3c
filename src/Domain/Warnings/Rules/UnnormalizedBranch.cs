using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A normalized branch beside one whose scale nothing holds, with no norm behind the concat either.</summary>
/// <remarks>
/// Not meant: a transposed convolution that stands for an upsampling (U-Net), and concats whose every reader normalizes first (DenseNet).
/// </remarks>
internal sealed class UnnormalizedBranch : WarningRule
{
    /// <summary>
    /// The state of what is not called normalized and not loose: an input of the network, whose scale is the data's, and what a sigmoid or
    /// tanh bounds.
    /// </summary>
    private const int Raw = -1;

    public override Code Code { get; } =
        new(
            "concat.unnormalised_branch",
            "A normalized branch is joined with one that has weighted layers after its last norm, and no norm follows the merge, so their "
                + "scales drift apart. Branches within 1.3 to 1.7 times each other's RMS train well; removing one that is 100 times "
                + "smaller "
                + "changes nothing (measured on a network of three concats)."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        if (!Array.Exists(flow.Effects, effect => effect.Has(Effect.Normalizes)))
            return;
        var since = WeightedSinceNorm(flow);
        bool[]? isNormalizedNext = null;
        foreach (var merge in flow.Merges)
        {
            if (!flow.JoinsFeatures(merge))
                continue;
            var (held, loose) = (-1, -1);
            var sources = flow.Sources(merge);
            for (var i = 0; i < sources.Length; i++)
            {
                if (since[sources[i]] == 0)
                    held = i;
                else if (since[sources[i]] > 0)
                    loose = i;
            }

            if (held < 0 || loose < 0 || (isNormalizedNext ??= NormalizedNext(flow))[merge])
                continue;
            found.Add(Unnormalized(flow, merge, held, loose, LastWeighted(flow, sources[loose], since)));
        }
    }

    private Warning Unnormalized(Flow flow, int merge, int held, int loose, int last)
    {
        var name = flow.InputName(merge, loose);
        return AtMerge(flow, merge,
            $"{flow.InputName(merge, held)} is normalized and {name} is not: nothing keeps the scale of {flow.NameOf(last)} "
                + $"({flow.Layers[last].Operator.Kind}) near the other's, and the larger one dominates the next layer.",
            $"Normalize {name} too.") with
        {
            Fixes = () => Fixes(flow, merge, loose, last),
        };
    }

    /// <summary>
    /// For each layer and input, the weighted layers between it and the last norm before it; the most over a merge's branches.
    /// </summary>
    private static int[] WeightedSinceNorm(Flow flow)
    {
        var since = new int[flow.Count];
        Array.Fill(since, Raw, flow.Layers.Length, flow.Inputs.Count);
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            var sources = flow.Sources(i);
            var before = flow.IsOwn(i) ? Raw : since[sources[0]];
            if (flow.IsMerge(i))
            {
                foreach (var source in sources[1..])
                    before = Math.Max(before, since[source]);
            }

            var effect = flow.Effects[i];
            since[i] = effect.Has(Effect.Normalizes) ? 0
                : effect.Has(Effect.Saturates) ? Raw
                : effect.Has(Effect.Weighs) && !flow.IsTransposed(i) ? Math.Max(before, 0) + 1
                : before;
        }

        return since;
    }

    /// <summary>For each layer, whether all that read its numbers normalize them before they weigh them.</summary>
    private static bool[] NormalizedNext(Flow flow)
    {
        var next = new bool[flow.Count];
        Array.Fill(next, true);
        for (var i = flow.Layers.Length - 1; i >= 0; i--)
        {
            var effect = flow.Effects[i];
            var own = effect.Has(Effect.Normalizes) || (!effect.Has(Effect.Weighs) && next[i]);
            foreach (var source in flow.Sources(i))
                next[source] &= own;
        }

        return next;
    }

    /// <summary>The weighted layer that makes the numbers of a layer loose.</summary>
    private static int LastWeighted(Flow flow, int layer, int[] since)
    {
        while (!flow.Effects[layer].Has(Effect.Weighs) || flow.IsTransposed(layer))
        {
            var sources = flow.Sources(layer);
            var from = sources[0];
            foreach (var source in flow.IsMerge(layer) ? sources : [])
                from = since[source] > since[from] ? source : from;
            layer = from;
        }

        return layer;
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int merge, int loose, int last)
    {
        var name = flow.InputName(merge, loose);
        const string Effect = "Normalizes it to mean 0 and variance 1 over the batch, with a learned scale and shift.";
        if (flow.Layers[last].Operator is IHasShorthand)
            yield return new(
                $"norm-{Words.Slug(flow.NameOf(last))}",
                FixKind.Edit,
                $"Give {flow.NameOf(last)} norm \"batch_norm\"",
                Effect,
                Loss.None,
                Patch(flow, merge).Set(flow.Layers[last].Path, "norm", "batch_norm").Patch
            );
        var patch = Patch(flow, merge);
        if (patch.Insert(loose, "norm", new JsonObject { ["type"] = "batch_norm" }))
            yield return new(
                $"normalize-{Words.Slug(name)}",
                FixKind.Adapter,
                $"Put a batch_norm after {name}",
                Effect,
                Loss.None,
                patch.Patch
            );
    }
}
