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
        HashSet<int>? dense = null;
        foreach (var merge in flow.Merges)
        {
            if (flow.Sources(merge).Length == 1 && !(flow.JoinsFeatures(merge) && (dense ??= Dense(flow)).Contains(flow.Sources(merge)[0])))
                found.Add(Degenerate(flow, merge));
        }
    }

    /// <summary>
    /// The layers with which a dense block begins: two inputs are joined and three, both times with this one first. The first concat of
    /// such a block, as torchvision's DenseNets have it, joins one input.
    /// </summary>
    private static HashSet<int> Dense(Flow flow)
    {
        var (two, three) = (new HashSet<int>(), new HashSet<int>());
        foreach (var merge in flow.Merges.Where(flow.JoinsFeatures))
        {
            var sources = flow.Sources(merge);
            if (sources.Length is 2 or 3)
                (sources.Length == 2 ? two : three).Add(sources[0]);
        }

        two.IntersectWith(three);
        return two;
    }

    /// <summary>A type with its article: "an add", "a concat".</summary>
    private static string Article(string kind) => $"{("aeiou".Contains(kind[0], StringComparison.Ordinal) ? "an" : "a")} {kind}";

    private Warning Degenerate(Flow flow, int merge)
    {
        var layer = flow.Layers[merge];
        return AtMerge(
            flow,
            merge,
            $"{Article(layer.Operator.Kind)} of one input, {flow.InputName(merge, 0)} ({layer.Input.Sizes}), changes nothing.",
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
                $"Make {flow.NameOf(merge)} an identity",
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
