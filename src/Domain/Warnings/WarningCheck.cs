using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fixes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Warnings;

/// <summary>
/// Adds to a report what compiles and is known to train badly, or to mean something else than it seems, with proven fixes.
/// </summary>
internal static class WarningCheck
{
    /// <summary>
    /// Adds the warnings of a compilation without errors; each place of the spec is warned about once, however often it is repeated.
    /// </summary>
    public static void Add(Compilation compiled, JsonElement json, Effort effort)
    {
        var found = Find(compiled);
        if (found.Count == 0)
            return;
        json = StableNames.Of(json, compiled.Spec);
        var before = found.Select(each => each.Key).ToHashSet();
        var cost = compiled.Planned.Rows.Count + (10 * found.Count);            // each proof compiles, and words what is left
        foreach (var repeated in found.GroupBy(each => (each.Code, each.Path.ToString())))
        {
            if (compiled.Report.IsFull)
                return;
            var keys = repeated.Select(each => each.Key).ToHashSet();
            // A repair that brings another warning is offered only where there is none without.
            var fixes = Proven(keys, before);
            compiled.Report.Add(Diagnosed(repeated.First(), repeated.Count(), fixes.Count > 0 ? fixes : Proven(keys, null)));

            List<Fix> Proven(HashSet<(Code, string)> gone, HashSet<(Code, string)>? known)
            {
                if (!effort.Spend(0))
                    return [];
                var proof = new Proof(compiled, json, after => OutputWhenGone(repeated.First(), after, gone, known));
                return
                [
                    .. repeated
                        .First()
                        .Fixes()
                        .TakeWhile(_ => effort.Spend(cost))
                        .Select(proof.Try)
                        .OfType<Proven>()
                        .Select(proven => proven.Fix),
                ];
            }
        }
    }

    /// <summary>What the rules find in a plan, in the order of its layers.</summary>
    public static List<Warning> Find(Compilation compiled)
    {
        var found = new List<Warning>();
        var flow = new Flow(compiled);
        foreach (var rule in WarningRule.All)
            rule.Look(flow, found);
        if (found.Count < 2)
            return found;
        var order = new Dictionary<string, int>();
        for (var i = 0; i < flow.Layers.Length; i++)
            order[flow.Layers[i].Name] = i;
        return [.. found.OrderBy(each => each.Layer is { } layer ? order[layer] : -1)];
    }

    private static Diagnostic Diagnosed(Warning warning, int times, List<Fix> fixes)
    {
        var repeated = times > 1 ? $" The same holds at {times - 1} more repetition{(times > 2 ? "s" : "")} of this layer." : "";
        return new(
            warning.Code,
            Severity.Warning,
            warning.Path,
            $"{warning.Message}{repeated} {(fixes.Count > 0 ? Explanation.Remedy(fixes) : warning.Advice)}",
            warning.Layer
        )
        {
            Inputs = warning.Inputs,
            Fixes = fixes,
        };
    }

    /// <summary>What the layer gives once it is warned about no more; the network's first output where the layer itself is gone.</summary>
    /// <param name="known">The warnings that may be left; null for any others.</param>
    private static Shape? OutputWhenGone(Warning warning, Compilation after, HashSet<(Code, string)> gone, HashSet<(Code, string)>? known)
    {
        if (after.Plan is not { } plan || Find(after).Any(left => gone.Contains(left.Key) || known?.Contains(left.Key) == false))
            return null;
        return (warning.Layer is { } layer ? plan.Shapes.GetValueOrDefault(new Wire(layer)) : null) ?? plan.Shapes[plan.Outputs[0].Wire];
    }
}
