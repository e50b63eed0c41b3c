namespace ConcatService.Domain.Symbols;

/// <summary>What a network asks of one symbol (spec-format, constraints).</summary>
/// <param name="Condition">The exact set of admissible sizes: <c>H % 16 == 0 and H >= 16</c>.</param>
/// <param name="Counterexample">The smallest failing size above the smallest admissible one; null when all above it are admissible.</param>
/// <param name="Layer">The layer at which the counterexample fails; without one, the layer that needs the largest size.</param>
public sealed record Constraint(string Symbol, string Condition, long? Counterexample, string Layer)
{
    /// <summary>One for each symbol that does not keep all the sizes that were promised.</summary>
    public static IEnumerable<Constraint> Of(Conditions conditions)
    {
        if (conditions.Assumptions.Count == 0)
            yield break;
        var promised = conditions.Assumptions[0].Decision.Before;
        var known = conditions.Knowledge;
        foreach (var symbol in known.NarrowedSince(promised))
        {
            var narrowing = conditions.Assumptions.Where(each => each.Decision.Narrowed.Contains(symbol)).ToList();
            var counterexample = known.FailingSince(promised, symbol);
            var layer =
                narrowing.Find(each => counterexample is { } size && each.Decision.After.SetOf(symbol)?.Contains(size) == false)
                ?? narrowing[^1];
            var condition =
                (known.MeaningOf(symbol) is null ? SizeText.Of(symbol, known.SetOf(symbol)!) : null)
                ?? known.TextOf(symbol, [.. narrowing.SelectMany(each => each.Decision.Requirements)]);
            yield return new(symbol, condition, counterexample, layer.Layer);
        }
    }
}
