using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes;

/// <summary>
/// The repair that every merge has: it keeps the inputs that fit each other, as many as there are, and leaves the others out.
/// </summary>
/// <remarks>
/// For mismatches without another fix: too wide to search, found when the effort was spent, or beyond every strategy. None of them lies
/// behind another, because a layer behind a mismatch has no shape, so that one compilation proves the repairs of all.
/// </remarks>
internal static class DropMismatchedInputs
{
    private const int MostNamed = 3;

    /// <summary>Gives a fix, and a cause where there is none, to every mismatch without one.</summary>
    public static void Add(Compilation compiled, JsonElement json)
    {
        var repairs = new List<(Diagnostic Found, Candidate Repair, Cause Cause)>();
        var patches = new Dictionary<string, (string Text, JsonArray Patch)>();
        foreach (var found in compiled.Report.Diagnostics)
        {
            if (
                found is not { Severity: Severity.Error, Mismatch.Layer.Layer: { } merge, Fixes.Count: 0 }
                || Propose(found) is not var (repair, cause)
            )
                continue;
            // Repetitions of one layer are written once, and so are repaired in one way.
            var text = repair.Patch.ToJsonString();
            if (patches.TryAdd(merge.Path.ToString(), (text, repair.Patch)) || patches[merge.Path.ToString()].Text == text)
                repairs.Add((found, repair, cause));
        }

        if (repairs.Count == 0)
            return;
        var proof = new Proof(compiled, json, _ => null);
        if (
            proof.Patched([.. patches.Values.SelectMany(each => each.Patch).Select(operation => operation!.DeepClone())])
            is not var (after, _)
        )
            return;
        foreach (var (found, repair, cause) in repairs)
        {
            if (after.Planned.Shapes.GetValueOrDefault(new Wire(found.Layer!)) is not { } output)
                continue;
            var (parameters, macs) = Figures(after, found);
            var (parametersBefore, macsBefore) = Figures(compiled, found);
            var fix = new Fix(
                repair.Id,
                repair.Kind,
                repair.Title,
                repair.Effect,
                parameters - parametersBefore,
                macs - macsBefore,
                output,
                repair.Patch
            );
            var told = found.Cause is null ? $"{found.Message} {cause.Explanation}" : found.Message;
            compiled.Report.Replace(found, found with { Message = $"{told} {fix.Title}.", Cause = found.Cause ?? cause, Fixes = [fix] });
        }
    }

    private static (Candidate Repair, Cause Cause)? Propose(Diagnostic found)
    {
        var (layer, shapes) = (found.Mismatch!.Layer.Layer, found.Mismatch!.Layer.InputShapes);
        var joined = (layer.Operator as IMerge)?.JoinedAxis;
        var isWrongAxis = found.Code == Codes.ConcatAxis || found.Code == Codes.ConcatBatchAxis;
        if (isWrongAxis)
            joined = Axis.Channels;
        var fitting = Enumerable
            .Range(0, shapes.Length)
            .GroupBy(i => Signature(shapes[i], joined))
            .Where(group => group.Key is not null)
            .MaxBy(group => group.Count())
            ?.ToList();
        if (fitting is null || (fitting.Count == shapes.Length && !isWrongAxis))
            return null;

        var patch = new JsonArray();
        if (isWrongAxis)
            patch.Add(
                (JsonNode)(
                    layer.Branches is null
                        ? Operation("add", layer.Path["axis"], "channels")
                        : Operation("add", layer.Path["merge"], "concat")
                )
            );
        if (fitting.Count < shapes.Length && !TryKeep(layer, fitting, shapes.Length, patch))
            return null;
        var left = Enumerable.Range(0, shapes.Length).Except(fitting).Select(layer.InputName).ToList();
        var first = layer.InputName(fitting[0]);
        var kept = fitting.Count == 1 ? first : $"the {fitting.Count} inputs that fit {first}";
        var title = left.Count == 0 ? "Join along the channels" : $"Join only {kept}{(isWrongAxis ? ", along the channels" : "")}";
        var effect =
            left.Count == 0 ? "Nothing is lost." : $"What {Named(left)} compute{(left.Count == 1 ? "s" : "")} no longer reaches the merge.";
        var repair = new Candidate(
            $"keep-{Slug(first)}",
            left.Count == 0 ? FixKind.Edit : FixKind.Drop,
            title,
            effect,
            left.Count == 0 ? Loss.None : Loss.Rewired,
            patch
        );
        return (repair, CauseOf(found, layer, first, left, fitting.Count, shapes));
    }

    // Every size but that along which a concat joins; null where the input lacks that axis.
    private static string? Signature(Shape shape, AxisName? joined)
    {
        if (joined is not { } axis)
            return $"{string.Join(' ', shape.Axes)} {shape} {shape.DType}";
        return axis.PositionIn(shape) is > 0 and var position
            ? $"{string.Join(' ', shape.Axes)} {shape.With(position, 0)} {shape.DType}"
            : null;
    }

    private static bool TryKeep(Layer layer, List<int> fitting, int inputs, JsonArray patch)
    {
        if (layer.Branches is not null)
        {
            foreach (var branch in Enumerable.Range(0, inputs).Except(fitting).Reverse())
                patch.Add((JsonNode)Operation("remove", layer.Path["branches"][branch], null));
            return true;
        }

        if (layer.References is not { } references || references.Length != inputs)
            return false;
        patch.Add((JsonNode)Operation("add", layer.Path["inputs"], new JsonArray([.. fitting.Select(i => (JsonNode)references[i].Name)])));
        return true;
    }

    private static JsonObject Operation(string kind, SpecPath path, JsonNode? value)
    {
        var operation = new JsonObject { ["op"] = kind, ["path"] = path.ToString() };
        if (value is not null)
            operation["value"] = value;
        return operation;
    }

    private static Cause CauseOf(Diagnostic found, Layer layer, string first, List<string> left, int fitting, Shape[] shapes)
    {
        var kind = found.Code == Codes.ConcatAxis || found.Code == Codes.ConcatBatchAxis ? CauseKinds.WrongAxis
            : Array.Exists(shapes, shape => shape.Rank != shapes[0].Rank) ? CauseKinds.RankDifference
            : found.Mismatch!.Differing.Count == 0 && Array.Exists(shapes, shape => shape.DType != shapes[0].DType)
                ? CauseKinds.DTypeDifference
            : left.Count == 1 && fitting > 1 ? CauseKinds.OneBranchDiffers
            : CauseKinds.Degenerate;
        var blamed = kind == CauseKinds.WrongAxis ? layer : null;
        return new(
            kind,
            blamed?.Name,
            blamed?.Path,
            fitting > 1
                ? $"{fitting} of the {shapes.Length} inputs fit {first}; {Named(left)} do{(left.Count == 1 ? "es" : "")} not."
                : $"No two of the {shapes.Length} inputs fit each other."
        );
    }

    private static string Named(List<string> names) => names.Count <= MostNamed
        ? string.Join(", ", names)
        : $"{string.Join(", ", names.Take(MostNamed))} and {names.Count - MostNamed} more";

    // Of the merge and what stands inside it; everything else is as before.
    private static (long Parameters, long? Macs) Figures(Compilation compiled, Diagnostic found)
    {
        var (parameters, macs) = (0L, (long?)0);
        if (found.Mismatch!.Layer.Layer is { Branches: null, Operator.Expands: false })
            return (parameters, macs);
        foreach (
            var layer in compiled.Planned.Layers.Where(layer =>
                layer.Name == found.Layer || layer.Name.StartsWith($"{found.Layer}/", StringComparison.Ordinal)
            )
        )
            (parameters, macs) = (Saturating.Add(parameters, layer.ParameterCount), macs + layer.Macs);
        return (parameters, macs);
    }
}
