using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>The same input twice in one merge: copies in a concat, a factor in a sum.</summary>
internal sealed class RepeatedInput : WarningRule
{
    public override Code Code { get; } =
        new(
            "concat.repeated_input",
            "A merge has the same input twice. In a concat, the copy adds weights and no information. Accuracy does not show it: a network "
                + "with a duplicated branch reached 82.5%, the intact one 82.3% (measured)."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        foreach (var merge in flow.Merges)
        {
            if (Repeated(flow.Layers[merge].Inputs) is var (first, second))
                found.Add(Twice(flow, merge, first, second));
        }
    }

    /// <summary>Where a merge reads one layer twice and this one, of its type and shape, was meant the second time.</summary>
    internal static IEnumerable<Candidate> Naming(Flow flow, int unread)
    {
        foreach (var merge in flow.Merges)
        {
            if (
                Repeated(flow.Layers[merge].Inputs) is var (first, second)
                && flow.Layers[merge].Layer.EdgeOf(second) is { Reference: not null }
                && Unread(flow, merge, first).Contains(unread)
            )
                yield return Instead(flow, merge, second, unread);
        }
    }

    private Warning Twice(Flow flow, int merge, int first, int second)
    {
        var layer = flow.Layers[merge];
        var (name, kind) = (flow.InputName(merge, first), layer.Operator.Kind);
        var what = ((IMerge)layer.Operator).Repeated(first, layer.InputShapes[first].Sizes);
        return AtMerge(
            flow,
            merge,
            $"{name} and {flow.InputName(merge, second)} are the same input of this "
                + $"{kind}{(name == flow.InputName(merge, second) ? ", named twice" : "")}: {what}.",
            "Name the layer that was meant, or remove one of the two."
        ) with
        {
            Fixes = () => Fixes(flow, merge, first, second),
        };
    }

    /// <summary>What nothing reads and could stand beside the input: of its shape, and computed by a layer of its type.</summary>
    private static IEnumerable<int> Unread(Flow flow, int merge, int input)
    {
        const int MostOffers = 2;
        var (shape, source) = (flow.Layers[merge].InputShapes[input], flow.Sources(merge)[input]);
        return Enumerable
            .Range(0, flow.Count)
            .Where(each => flow.Uses[each] == 0 && !IsBehind(flow, each, merge))
            .Where(each => flow.IsInput(each) == flow.IsInput(source) && flow.KindOf(each) == flow.KindOf(source))
            .Where(each => flow.ShapeOf(each) is var other && other.SameAxes(shape) && other.SameSizes(shape) && other.DType == shape.DType)
            .OrderBy(each => Math.Abs(each - source))
            .Take(MostOffers);
    }

    private static bool IsBehind(Flow flow, int layer, int merge)
    {
        if (flow.IsInput(layer) || layer < merge)
            return false;
        var behind = new bool[flow.Layers.Length];
        behind[merge] = true;
        for (var i = merge + 1; i <= layer; i++)
        {
            foreach (var source in flow.Sources(i))
                behind[i] |= !flow.IsInput(source) && behind[source];
        }

        return behind[layer];
    }

    private static Candidate Instead(Flow flow, int merge, int second, int meant)
    {
        var (name, repeated) = (flow.NameOf(meant), flow.InputName(merge, second));
        var patch = Patch(flow, merge);
        patch.Reroute(second, name);
        return new(
            $"instead-{Words.Slug(name)}",
            FixKind.Rewire,
            $"Take {name} instead of the second {repeated} in {flow.NameOf(merge)}",
            $"{name} is {flow.ShapeOf(meant).Sizes} too, and nothing reads it yet.",
            Loss.None,
            patch.Patch
        );
    }

    private static (int First, int Second)? Repeated(Wire[] inputs)
    {
        var seen = inputs.Length > 8 ? new HashSet<Wire>(inputs.Length) : null;     // a few are compared faster than hashed
        for (var second = 0; second < inputs.Length; second++)
        {
            if (seen is null ? inputs.AsSpan(0, second).Contains(inputs[second]) : !seen.Add(inputs[second]))
                return (Array.IndexOf(inputs, inputs[second]), second);
        }

        return null;
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int merge, int first, int second)
    {
        var layer = flow.Layers[merge];
        if (layer.Layer.EdgeOf(second) is not { } edge)
            yield break;
        if (edge.Reference is not null)
        {
            foreach (var meant in Unread(flow, merge, first))
                yield return Instead(flow, merge, second, meant);
        }

        const string Effect = "Removes the copy and the weights that read it.";
        if (layer.Inputs.Length == 2 && edge.Index >= 0)
            yield return new(
                $"identity-{Words.Slug(layer.Name)}",
                FixKind.Drop,
                $"Remove the merge {flow.NameOf(merge)}",
                $"{flow.NameOf(merge)} passes on {flow.InputName(merge, first)} unchanged.",
                Loss.None,
                OneInput.AsIdentity(layer, edge.Written)
            );
        else if (layer.Inputs.Length > 2)
            yield return new(
                $"once-{Words.Slug(flow.InputName(merge, first))}",
                FixKind.Drop,
                $"Name {flow.InputName(merge, second)} once",
                Effect,
                Loss.None,
                [new JsonObject { ["op"] = "remove", ["path"] = (edge.Reference ?? edge.List).ToString() }]
            );
    }
}
