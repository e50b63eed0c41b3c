using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>
/// Gives an attribute of the layer itself a value with which it takes its input as it is; the operator names the values. Where others of
/// its type declare the same wrong number, all are corrected.
/// </summary>
internal sealed class OtherValues : PlainStrategy
{
    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (found.Attributes(found.Layer) is null)
            yield break;
        var isDeclared = found.Layer.Operator.Declared?.Attribute;
        var number = 0;
        foreach (var value in found.Wanted.Values)
        {
            var place =
                value.Attribute == isDeclared && found.Wanted.Width is not null ? Places.Declared
                : value.IsFar ? Places.FarValue
                : Places.OtherValue;
            yield return new(
                place + (0.01 * number++),
                new(
                    Id(value),
                    FixKind.Edit,
                    $"Give {Words.Listed(found.Namesakes.Select(each => each.Layer.Name))} {value.Attribute} {Shown(value.Value)}",
                    value.Effect,
                    Loss.None,
                    Patch(found, value)
                )
            );
            if (place == Places.Declared && Kept(found, value) is { } kept)
                yield return kept;
        }
    }

    /// <summary>
    /// A layer that was declared to give as many features as it takes still does so: both numbers were meant for another network.
    /// </summary>
    private static Offer? Kept(PlainCase found, OtherValue value)
    {
        if (found.Layer.Operator.Width is not { } width || !Paths(found).All(each => found.Wanted.Width == Number(found, each[width.Name])))
            return null;
        var patch = Patch(found, value);
        foreach (var each in Paths(found))
            patch.Add((JsonNode)Step(each, width.Name, value.Value));
        return new(
            Places.ValueBefore - 0.3,
            new(
                $"{Id(value)}-{Words.Slug(width.Name)}",
                FixKind.Edit,
                $"Give {Words.Listed(found.Namesakes.Select(each => each.Layer.Name))} {value.Attribute} and {width.Name} "
                    + $"{Shown(value.Value)}",
                "It gives as many features as it takes, as it was declared to.",
                Loss.None,
                patch
            )
            {
                IsSecondEdit = true,
            }
        );
    }

    private static JsonArray Patch(PlainCase found, OtherValue value) =>
        [.. Paths(found).Select(each => Step(each, value.Attribute, value.Value))];

    private static IEnumerable<SpecPath> Paths(PlainCase found) =>
        found.Namesakes.Select(each => each.Attributes(each.Layer)!).DistinctBy(path => path.ToString());

    private static long? Number(PlainCase found, SpecPath path) =>
        found.ValueAt(path) is { ValueKind: JsonValueKind.Number } written && written.TryGetInt64(out var number) ? number : null;

    private static JsonObject Step(SpecPath layer, string attribute, JsonNode value) =>
        new() { ["op"] = "add", ["path"] = layer[attribute].ToString(), ["value"] = value.DeepClone() };

    private static string Id(OtherValue value) =>
        $"{Words.Slug(value.Attribute)}-{Words.Slug(Shown(value.Value).Trim('[', ']').Replace(", ", "x", StringComparison.Ordinal))}";

    private static string Shown(JsonNode value) =>
        value is JsonArray list ? $"[{string.Join(", ", list.Select(each => each!.ToJsonString()))}]" : value.ToString();
}
