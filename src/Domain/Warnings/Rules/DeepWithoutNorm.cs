using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>More weighted layers in a row than were seen to train without normalization or a way around.</summary>
internal sealed class DeepWithoutNorm : WarningRule
{
    private const int MostLayers = 22;

    public override Code Code { get; } =
        new(
            "train.deep_without_norm",
            $"More than {MostLayers} weighted layers in a row without normalization, a skip connection or a self-normalizing activation: "
                + "such a stack may not converge. Plain ReLU networks of 22 layers converge with any usual initialization, of 30 layers "
                + "with "
                + "He's alone (He et al. 2015, section 2.2); with PyTorch's default one, each layer shrinks the signal by √6."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        var depth = new int[flow.Count];
        var deepest = -1;
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            if (flow.IsOwn(i))
                continue;
            var source = Shortest(flow, i, depth);
            var before = flow.IsOutput(source) ? 0 : depth[source]; // a loss of its own trains what is before it (Lee et al. 2015)
            depth[i] = flow.Effects[i].Has(Effect.Normalizes) ? 0 : before + (flow.Effects[i].Has(Effect.Weighs) ? 1 : 0);
            if (depth[i] > MostLayers && (deepest < 0 || depth[i] > depth[deepest]))
                deepest = i;
        }

        if (deepest < 0)
            return;
        var stack = Stack(flow, deepest, depth);
        found.Add(At(flow, deepest,
            $"{depth[deepest]} weighted layers in a row, from {flow.NameOf(stack[^1])} on, have neither normalization nor a skip "
                + $"connection; up to {MostLayers} are known to train (He et al. 2015).",
            "Give them norm \"batch_norm\", or put an add around every few of them.") with
        { Fixes = () => Fixes(flow, deepest, stack) });
    }

    /// <summary>The source that a signal reaches this layer from on the shortest way: a skip shortens it.</summary>
    private static int Shortest(Flow flow, int layer, int[] depth)
    {
        var sources = flow.Sources(layer);
        var shortest = sources[0];
        if (flow.IsMerge(layer))
        {
            foreach (var source in sources[1..])
            {
                if (!flow.IsOwn(source) && (depth[source] < depth[shortest] || flow.IsOwn(shortest)))
                    shortest = source;
            }
        }

        return shortest;
    }

    /// <summary>The weighted layers on that way, the last one first.</summary>
    private static List<int> Stack(Flow flow, int end, int[] depth)
    {
        var stack = new List<int>();
        for (var at = end; !flow.IsInput(at) && depth[at] > 0 && (at == end || !flow.IsOutput(at)); at = Shortest(flow, at, depth))
        {
            if (flow.Effects[at].Has(Effect.Weighs))
                stack.Add(at);
        }

        return stack;
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int deepest, List<int> stack)
    {
        var patch = Patch(flow, deepest);
        var paths = stack
            .Where(layer => flow.Layers[layer].Operator is IHasShorthand)
            .Skip(1)
            .Select(layer => flow.Layers[layer].Path)
            .DistinctBy(path => path.ToString())
            .ToList();
        foreach (var path in paths)
            patch.Set(path, "norm", "batch_norm");
        yield return new(
            "norm-stack",
            FixKind.Edit,
            $"Give {(paths.Count == 1 ? "the repeated layer" : $"these {paths.Count} layers")} norm "
                + $"\"batch_norm\", or put an add around every few of them",
            "Normalizes each layer's output to mean 0 and variance 1 over the batch, with a learned scale and shift.",
            Loss.None,
            patch.Patch
        );
    }
}
