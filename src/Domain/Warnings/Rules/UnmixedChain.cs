using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>Concat upon concat, each passing on all that it got, and none with a 1x1 convolution behind it: the width only grows.</summary>
internal sealed class UnmixedChain : WarningRule
{
    private const int MostConcats = 8;
    private const int None = -1;

    public override Code Code { get; } =
        new(
            "concat.unmixed_chain",
            $"More than {MostConcats} concats in a row without a 1x1 convolution after any of them: every layer pays for the full width. "
                + $"On "
                + "CIFAR-10, DenseNet has 4.51% error with 0.8 million parameters where 1x1 convolutions follow its concats, and 5.24% "
                + "with 1.0 "
                + "million where none do (Huang et al. 2017, table 2)."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        if (flow.Merges.Count <= MostConcats)
            return;
        var isMixed = Mixed(flow);
        var length = new int[flow.Count];                                         // concats in a row up to here
        var last = new int[flow.Count];                                           // the newest of them
        var before = new Dictionary<int, int>();                                  // for each concat, the one before it
        var ends = new HashSet<int>();
        Array.Fill(last, None);
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            if (flow.Sources(i) is not [var source, ..])
                continue;
            if (flow.JoinsFeatures(i))
            {
                foreach (var other in flow.Sources(i))
                    source = length[other] > length[source] ? other : source;
                if (isMixed[i])
                    continue;
                (length[i], last[i], before[i]) = (length[source] + 1, i, last[source]);
                ends.Remove(last[source]);
                if (length[i] > MostConcats)
                    ends.Add(i);
            }
            else if (!flow.IsMerge(i) && !flow.Effects[i].Has(Effect.Weighs))
            {
                (length[i], last[i]) = (length[source], last[source]);
            }
        }

        foreach (var end in ends)
        {
            var chain = new List<int>();
            for (var at = end; at != None; at = before[at])
                chain.Insert(0, at);
            found.Add(Unmixed(flow, chain));
        }
    }

    private Warning Unmixed(Flow flow, List<int> chain) =>
        AtMerge(flow, chain[^1],
            $"{chain.Count} concats in a row, from {flow.NameOf(chain[0])} on, have no 1x1 convolution after them: the width grows from "
                + $"{Features(flow.Layers[chain[0]].Input)} to {Features(flow.Layers[chain[^1]].Output)} features, and each layer that "
                + $"reads it pays for all of them.",
            "Put a 1x1 convolution after every few of them.") with
        {
            Fixes = () => Fixes(flow, chain),
        };

    /// <summary>For each layer, whether a 1x1 convolution or linear layer reads it before anything else weighs or joins it.</summary>
    private static bool[] Mixed(Flow flow)
    {
        var mixed = new bool[flow.Count];
        for (var i = flow.Layers.Length - 1; i >= 0; i--)
        {
            var own = flow.IsPointwise(i) || (mixed[i] && !flow.IsMerge(i) && !flow.Effects[i].Has(Effect.Weighs));
            foreach (var source in flow.Sources(i))
                mixed[source] |= own;
        }

        return mixed;
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, List<int> chain)
    {
        var patch = Patch(flow, chain[^1]);
        var chosen = chain.Where((_, i) => (i + 1) % MostConcats == 0).DistinctBy(concat => flow.Layers[concat].Path.ToString()).ToList();
        foreach (var concat in chosen)
        {
            var layer = flow.Layers[concat];
            if (Features(layer.Output) is not { } width)
                yield break;
            var fuse = new JsonObject { ["type"] = "conv1x1", ["out_channels"] = Math.Max(1, width / 2) };
            if (AttributesOf(layer) is { } path)
                patch.Set(path, "fuse", fuse);
            else
                patch.Set(layer.Path, "merge", new JsonObject { ["type"] = "concat", ["fuse"] = fuse });
        }

        var names = Words.Listed(chosen.Select(flow.NameOf));
        yield return new(
            "fuse-conv1x1",
            FixKind.Edit,
            $"Let {names} fuse by a 1x1 convolution to half the width",
            "Half as many learned combinations of the features remain; the rest is lost.",
            Loss.Dropped,
            patch.Patch
        );
    }
}
