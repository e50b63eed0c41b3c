using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>
/// A picture that is written in the other layout than the spec's: nothing is left of its one, three or four channels, taken for rows or
/// columns.
/// </summary>
internal sealed class OtherOrder : PlainStrategy
{
    private const long MostChannels = 4, FewestSide = 8;

    /// <summary>Nothing is left of a side, or the channels are an open size.</summary>
    private static bool IsSign(PlainCase found) =>
        found.Diagnostic.Code == Codes.SizeBelowOne
        || (found.Diagnostic.Code == Codes.LayerShape && found.Input.Has(Axis.Channels) && !found.Input[Axis.Channels].IsKnown);

    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (
            !IsSign(found)
            || found.SourceInput() is not { Shape.Rank: 4 } input
            || found.ValueAt(input.Path["axes"]) is not null
        )
            yield break;
        var isFirst = found.Layout == Layout.ChannelsFirst;
        var (channels, sides) = isFirst ? (3, new[] { 1, 2 }) : (1, [2, 3]);
        if (!(input.Shape.Dims[channels].Known <= MostChannels) || sides.Any(side => input.Shape.Dims[side].Known < FewestSide))
            yield break;
        var has = $"{input.Shape.Dims[channels]} channel{(input.Shape.Dims[channels] == 1 ? "" : "s")}";
        var other = (isFirst ? Layout.ChannelsLast : Layout.ChannelsFirst).Name();
        yield return new(
            Places.Declared,
            new(
                $"layout-{other.Replace('_', '-')}",
                FixKind.Edit,
                $"Write the layout as {other}",
                $"{input.Name} stays {input.Shape.Sizes} and has {has}; the whole spec is read in that order.",
                Loss.None,
                found.Patch().Set(SpecPath.Root, "layout", other).Patch
            )
        );
        int[] order = isFirst ? [0, 3, 1, 2] : [0, 2, 3, 1];
        if (found.Inserted(Rearrange.Permute(order)) is { } patch)
            yield return new(
                Places.Declared + 0.1,
                new(
                    $"permute-{string.Join('-', order)}",
                    FixKind.Adapter,
                    $"Put a permute with dims [{string.Join(", ", order)}] before {found.Name}",
                    $"{input.Name} is read with {has}; every number stays.",
                    Loss.None,
                    patch
                )
            );
    }
}
