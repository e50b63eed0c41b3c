using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Planning;

/// <summary>Tells how small a symbol's sizes may be, once for each symbol and not at every layer on the way down.</summary>
internal static class BoundFindings
{
    /// <param name="layers">The layers that a bound was assumed for, by name.</param>
    public static void Add(Conditions conditions, IReadOnlyDictionary<string, Layer> layers, Report report)
    {
        var last = new Dictionary<string, Assumption>();
        foreach (var bound in conditions.Assumptions)
        {
            foreach (var symbol in bound.IsBound ? bound.Decision.Narrowed : [])
                last[symbol] = bound;
        }

        foreach (var bounds in last.Values.Distinct().GroupBy(bound => layers[bound.Layer]))
        {
            var layer = bounds.Key;
            var condition = string.Join(" and ", bounds.Select(bound => bound.Decision.Condition));
            var sizes = string.Join(
                " and ",
                bounds.SelectMany(bound => bound.Decision.Requirements).Select(requirement => requirement.Any[0].Left)
            );
            report.Add(
                new(
                    Codes.SizeBelowOne,
                    Severity.Condition,
                    layer.Path,
                    $"{layer.Name}: {layer.Operator.Kind} gives {sizes}, at least 1 only where {condition}; of smaller inputs nothing is "
                        + $"left. Promise larger ones under 'symbols', or take some of the strides away.",
                    layer.Name
                )
            );
        }
    }
}
