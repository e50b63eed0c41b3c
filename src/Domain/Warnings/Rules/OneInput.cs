using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A merge of one input, which changes nothing: most often a branch was forgotten.</summary>
internal sealed class OneInput : WarningRule
{
    public override Code Code => Codes.ConcatDegenerate;

    internal override void Look(Flow flow, List<Warning> found)
    {
        foreach (var merge in flow.Merges)
        {
            if (flow.Sources(merge).Length == 1)
                found.Add(Degenerate(flow, merge));
        }
    }

    private Warning Degenerate(Flow flow, int merge)
    {
        var layer = flow.Layers[merge];
        return AtMerge(
            flow,
            merge,
            $"a {layer.Operator.Kind} of one input, {flow.InputName(merge, 0)} ({layer.Input.Sizes}), changes nothing.",
            "Add the branch that is missing, or remove the merge."
        ) with
        {
            Code = ((IMerge)layer.Operator).Degenerate,
            Fixes = () => Fixes(flow, merge),
        };
    }

    private static IEnumerable<Candidate> Fixes(Flow flow, int merge)
    {
        var layer = flow.Layers[merge];
        if (layer.Layer.EdgeOf(0) is { Index: >= 0 } edge)
            yield return new(
                $"identity-{Words.Slug(layer.Name)}",
                FixKind.Edit,
                $"Make {flow.NameOf(merge)} an identity, or add the branch that is missing",
                "The computation does not change.",
                Loss.None,
                AsIdentity(layer, edge.Written)
            );
    }

    /// <summary>A patch that makes a merge a layer that gives on what it gets, so that its readers need no edit.</summary>
    internal static JsonArray AsIdentity(PlannedLayer merge, string input) =>
        [
            new JsonObject
            {
                ["op"] = "replace",
                ["path"] = merge.Path.ToString(),
                ["value"] = new JsonObject
                {
                    ["name"] = merge.Name.Split('/')[^1],
                    ["type"] = "identity",
                    ["inputs"] = new JsonArray(input),
                },
            },
        ];
}
