using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>One of several layers of one role (the same name but for its numbers) gets another stride, padding or width.</summary>
public sealed partial class SiblingMutation : Mutation
{
    /// <summary>So many have to agree before one of them is odd.</summary>
    private const int Siblings = 3;

    private static readonly (string Attribute, string Cause)[] Attributes =
    [
        ("stride", "stride_difference"),
        ("scale_factor", "stride_difference"),
        ("padding", "padding_difference"),
        ("out_channels", "width_difference"),
    ];

    public override string Class => "sibling";

    public override IEnumerable<Mutant> Of(OriginalNetwork original) =>
        Edits(original)
            .Concat(SummedNetwork.Of(original) is { } summed ? Edits(summed) : [])
            .Concat(original.Opened is { } opened && opened != original ? Spread(Edits(opened), 2) : []);

    private IEnumerable<Mutant> Edits(OriginalNetwork original)
    {
        var roles = original
            .WrittenLayers.Where(layer => layer.In(original.Spec)["name"] is not null)
            .GroupBy(layer => (layer.List, layer.Type, Role: Digits().Replace((string)layer.In(original.Spec)["name"]!, "#")))
            .Where(role => role.Count() >= Siblings && role.Key.Role.Contains('#', StringComparison.Ordinal));
        foreach (var role in roles)
        {
            foreach (var (attribute, cause) in Attributes)
            {
                var values = role.Select(layer => layer.In(original.Spec)[attribute]?.ToJsonString()).Distinct().ToList();
                if (values.Count > 1)
                    continue;
                foreach (var layer in role)
                {
                    foreach (var value in Others(layer.In(original.Spec), attribute, layer.Type))
                        yield return Set(original, layer, attribute, value) with { Cause = cause };
                }
            }
        }
    }

    private Mutant Set(OriginalNetwork original, WrittenLayer layer, string attribute, long? value) =>
        Edit(original, layer, $"{attribute} {(value is null ? "left out" : value)}", fields =>
        {
            if (value is { } number)
                fields[attribute] = number;
            else
                fields.Remove(attribute);
        });

    private static IEnumerable<long?> Others(JsonObject fields, string attribute, string type)
    {
        var number = Number(fields, attribute);
        return attribute switch
        {
            "stride" when type.StartsWith("conv", StringComparison.Ordinal) => number switch
            {
                null or 1 => [2],
                2 => [1, 4],
                _ => [1],
            },
            "stride" when number is > 1 => [1],
            "scale_factor" when number is > 0 => [2 * number],
            "padding" when fields["padding"] is not null => [null],
            "out_channels" when number is > 1 && fields["groups"] is null => [2 * number, number / 2],
            _ => [],
        };
    }

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Digits();
}
