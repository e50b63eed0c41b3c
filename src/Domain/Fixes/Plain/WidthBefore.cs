using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Changes how many features one layer before gives, so that as many arrive as the layer declares or can divide.</summary>
internal sealed class WidthBefore : PlainStrategy
{
    private const int MostParts = 8;

    // Nobody makes a branch wider than this to please the layer behind it.
    private const long MostTimes = 16;

    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (WidthParts.Of(found) is not { } width || width.Parts.Count > MostParts)
            yield break;
        var number = 0;
        foreach (var total in Totals(found, width))
        {
            var wanted = total / width.PlacesPerFeature;
            var now = width.Features / width.PlacesPerFeature;
            var parts = width
                .Parts.Where(part => part.Decider is not null)
                .Select(part => (Part: part, Features: part.Features + wanted - now))
                .Where(each => each.Features >= 1 && each.Features <= MostTimes * each.Part.Features)
                .OrderByDescending(each => IsLikely(each.Part, each.Features, width));
            foreach (var (part, features) in parts)
            {
                if (Offered(found, part, features, total, 0.01 * number++) is { } offer)
                    yield return offer;
            }
        }
    }

    /// <summary>What may arrive instead.</summary>
    private static IEnumerable<long> Totals(PlainCase found, WidthParts width)
    {
        if (found.Wanted.Width is { } declared)
            return declared % width.PlacesPerFeature == 0 ? [declared] : [];
        if (found.Wanted.MultipleOf is not { } divisor || width.Parts.Count > 1 || width.Places.Count > 0)
            return [];
        var below = width.Features / divisor * divisor;
        return new[] { below, below + divisor }.Where(total => total > 0).OrderBy(total => Math.Abs(total - width.Features));
    }

    /// <summary>Whether a width is one that a branch beside it has, or a multiple of 8 as most are.</summary>
    private static bool IsLikely(WidthPart part, long features, WidthParts width) =>
        features % 8 == 0 || width.Parts.Any(other => other != part && other.Features == features);

    private static Offer? Offered(PlainCase found, WidthPart part, long features, long total, double later)
    {
        var decider = part.Decider!;
        var attribute = decider.Operator.Width!;
        if (
            found.Attributes(decider.Layer) is not { } path
            || attribute.Solve(decider, decider.Output.With(Axis.Channels, features)).FirstOrDefault() is not { } value
        )
            return null;
        var name = found.NameOf(decider.Name);
        return new(
            Places.ValueBefore + later,
            new(
                $"{Words.Slug(attribute.Name)}-{Words.Slug(name)}-{Words.Slug(value.ToJsonString())}",
                FixKind.Edit,
                $"Give {name} {attribute.Name} {value.ToJsonString()}",
                $"{found.Name} then gets {total:N0} features.",
                Loss.None,
                found.Patch().Set(path, attribute.Name, value.DeepClone()).Patch
            )
        );
    }
}
