using System.Globalization;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A convolution or linear layer on the way into a concat, eight times narrower than what is before and behind it.</summary>
/// <remarks>
/// A dense block's new features beside all that they are made from are not meant, nor the squeeze of squeeze-and-excitation, whose way ends
/// in a product, nor the reductions of Inception (480 to 16 to 48),
/// SqueezeNet (512 to 64 to 256) and inverted residuals (160 between 960), of which one side at least is less than eight-fold.
/// </remarks>
internal sealed class BranchBottleneck : WarningRule
{
    private const long Fold = 8;

    public override Code Code { get; } =
        new(
            "concat.bottleneck",
            $"On its way into a concat a branch falls to an eighth of its features, in one layer, and then rises {Fold}-fold again or "
                + $"meets branches that are {Fold} times as wide: what the narrow layer drops, the "
                + "features behind it cannot bring back. One channel at the bottom of a U-Net cost 25 to 33 points of mean IoU."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        var told = new HashSet<int>();
        var readers = flow.Merges.Count == 0 ? null : ReadersOf(flow);
        for (var i = 0; readers is not null && i < flow.Layers.Length; i++)
        {
            if (Narrowing(flow, i) is not var (before, own) || flow.IsOutput(i))
                continue;
            if (Behind(flow, readers, i) is var (behind, next) && behind >= Fold * own && told.Add(i))
                found.Add(At(
                    flow,
                    i,
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"its branch falls from {before:N0} features to {own:N0} here, and {flow.NameOf(next)} behind it has {behind:N0}: "
                            + $"they are computed from {own:N0} number{(own == 1 ? "" : "s")} at each place."
                    ),
                    string.Create(CultureInfo.InvariantCulture, $"Give it {Math.Max(own + 1, before / 4):N0} features or more.")
                ));
        }
    }

    /// <summary>
    /// Features before and behind a layer that drops seven of eight; null for any other, and where it joins places to features.
    /// </summary>
    private static (long Before, long Own)? Narrowing(Flow flow, int layer)
    {
        var planned = flow.Layers[layer];
        if (!flow.Effects[layer].Has(Effect.Weighs) || planned.Operator.FeatureFlow != FeatureFlow.Mixed || planned.Inputs.Length != 1)
            return null;
        if (planned.Operator.Window is null && planned.Input.Rank != 2)
            return null;
        if (planned.Operator.Window is null && ComesFromFlattened(flow, layer))
            return null;
        return Features(planned.Input) is { } before && Features(planned.Output) is { } own && before >= Fold * own ? (before, own) : null;
    }

    /// <summary>Whether what arrives are the places of a map, which are many for each feature of the network.</summary>
    private static bool ComesFromFlattened(Flow flow, int layer)
    {
        for (var at = flow.Sources(layer)[0]; ; at = flow.Sources(at)[0])
        {
            if (flow.IsInput(at))
                return true;                                                                    // a table's columns are no features yet
            if (flow.Effects[at].Has(Effect.Weighs) || flow.Sources(at) is not [_])
                return false;
            if (flow.Layers[at].Operator.AxisFlow == AxisFlow.Flattened)
                return true;
        }
    }

    /// <summary>
    /// The features of the next weighted layer, or, where a concat comes first, of its narrowest other branch; null where the way parts or
    /// does not lead into a concat.
    /// </summary>
    private static (long Features, int Layer)? Behind(Flow flow, List<int>[] readers, int layer)
    {
        (long Features, int Layer)? next = null;
        for (var (at, from) = (layer, layer); readers[at] is [var reader]; (from, at) = (at, reader))
        {
            if (flow.IsOutput(at))
                return null;
            if (flow.IsMerge(reader))
                return flow.JoinsFeatures(reader) ? next ?? Others(flow, reader, at, layer) : null;
            if (flow.Sources(reader).Length != 1 || flow.Layers[reader].Operator.AxisFlow == AxisFlow.Flattened)
                return null;
            if (next is null && flow.Effects[reader].Has(Effect.Weighs) && Features(flow.Layers[reader].Output) is { } features)
                next = (features, reader);
        }

        return null;
    }

    /// <summary>Null where another branch is what the narrow layer is computed from, as in a dense block: nothing is lost there.</summary>
    private static (long, int)? Others(Flow flow, int merge, int source, int narrow)
    {
        var (least, before) = (long.MaxValue, Before(flow, narrow));
        foreach (var other in flow.Sources(merge))
        {
            if (before.Contains(other))
                return null;
        }

        for (var i = 0; i < flow.Sources(merge).Length; i++)
        {
            if (flow.Sources(merge)[i] != source)
                least = Math.Min(least, Features(flow.Layers[merge].InputShapes[i]) ?? 0);
        }

        return least == long.MaxValue ? null : (least, merge);
    }

    private static HashSet<int> Before(Flow flow, int layer)
    {
        var (open, seen) = (new Stack<int>([layer]), new HashSet<int>());
        while (open.TryPop(out var at))
        {
            foreach (var source in flow.Sources(at))
            {
                if (seen.Add(source) && !flow.IsInput(source))
                    open.Push(source);
            }
        }

        return seen;
    }

    private static List<int>[] ReadersOf(Flow flow)
    {
        var readers = new List<int>[flow.Count];
        for (var i = 0; i < readers.Length; i++)
            readers[i] = [];
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            foreach (var source in flow.Sources(i))
                readers[source].Add(i);
        }

        return readers;
    }
}
