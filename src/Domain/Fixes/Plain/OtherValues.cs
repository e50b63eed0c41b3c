using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Gives an attribute of the layer itself a value with which it takes its input as it is; the operator names the values.</summary>
internal sealed class OtherValues : PlainStrategy
{
    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (found.Attributes(found.Layer) is not { } path)
            yield break;
        var isDeclared = found.Layer.Operator.Declared?.Attribute;
        var number = 0;
        foreach (var value in found.Wanted.Values)
        {
            var place =
                value.Attribute == isDeclared && found.Wanted.Width is not null ? Places.Declared
                : value.IsFar ? Places.FarValue
                : Places.OtherValue;
            var written = Shown(value.Value).Trim('[', ']').Replace(", ", "x", StringComparison.Ordinal);
            yield return new(
                place + (0.01 * number++),
                new(
                    $"{Words.Slug(value.Attribute)}-{Words.Slug(written)}",
                    FixKind.Edit,
                    $"Give {found.Layer.Name} {value.Attribute} {Shown(value.Value)}",
                    value.Effect,
                    Loss.None,
                    found.Patch().Set(path, value.Attribute, value.Value.DeepClone()).Patch
                )
            );
        }
    }

    private static string Shown(JsonNode value) =>
        value is JsonArray list ? $"[{string.Join(", ", list.Select(each => each!.ToJsonString()))}]" : value.ToString();
}
