using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>
/// Brings the dimensions of the input into the order and number that the layer works on: permute, reshape, flatten, after a cast where one
/// is needed too.
/// </summary>
internal sealed class Rearrange : PlainStrategy
{
    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        foreach (var (place, way) in Ways(found))
        {
            var layers = way.Layers;
            if (found.Wanted.DType is { } dtype && dtype != found.Input.DType)
                layers = [("cast", new() { ["type"] = "cast", ["dtype"] = dtype.ToString().ToLowerInvariant() }), .. layers];
            if (found.Inserted(layers) is { } patch)
                yield return new(
                    place,
                    new(
                        $"{string.Join('-', layers.Select(layer => layer.Verb))}-{Words.Slug(way.Id)}",
                        FixKind.Adapter,
                        layers.Count > way.Layers.Count ? $"Cast {found.InputName}, and {Lower(way.Title)}" : way.Title,
                        way.Effect,
                        Loss.None,
                        patch
                    )
                );
        }
    }

    private static IEnumerable<(double Place, Way Way)> Ways(PlainCase found)
    {
        var (input, wanted) = (found.Input.With(found.Wanted.DType ?? found.Input.DType), found.Wanted.Axes);
        if (found.Wanted.Width is { } width && input.Rank > 2 && input.ElementsPerSample == width)
            yield return (
                Places.Declared - 0.5,
                new(
                    $"{width}",
                    $"Flatten {found.InputName} to {width:N0} numbers",
                    "Every number of the map is a feature.",
                    [Flatten(1, -1)]
                )
            );
        if (Declared(found, input) is var (place, moved))
            yield return (place, Permuted(found, moved));
        if (wanted is null && found.Wanted.Features && Relabeled(found, input, null) is { } named)
            yield return (Places.Reread, named);
        if (wanted is null)
            yield break;
        if (input.Axes.SequenceEqual(wanted))
            yield break;
        if (input.Rank == wanted.Count && Order(input.Axes, wanted) is { } order)
            yield return (Places.Permuted, Permuted(found, order));
        else if (input.Rank == wanted.Count && Relabeled(found, input, wanted) is { } relabeled)
            yield return (Places.Reread + 0.2, relabeled);
        else if (input.Rank < wanted.Count)
            foreach (var way in MoreAxes.Of(found, input, wanted))
                yield return way;
        else if (input.Rank > wanted.Count)
            foreach (var way in FewerAxes.Of(found, input, wanted))
                yield return way;
    }

    /// <summary>
    /// The order that brings another dimension to the place of the features, where that one has the declared size: what was written
    /// features last arrives.
    /// </summary>
    private static (double Place, int[] Order)? Declared(PlainCase found, Shape input)
    {
        const long FewChannels = 4;
        if (found.Wanted.Width is not { } width || found.Diagnostic.Code != Codes.DeclaredWidth || input.Rank < 3)
            return null;
        var (features, at) = (input.Position(Axis.Channels), input.Dims.ToList().LastIndexOf(width));
        if (at < 1 || at == features)
            return null;
        var order = Enumerable.Range(0, input.Rank).Where(dim => dim != at).ToList();
        order.Insert(features, at);
        // [H, W, C] read as [C, H, W]: two equal sides first, or few channels last.
        var isLast = at == input.Rank - 1 && features == 1 && (input.Rank == 3 || input.Dims[1] == input.Dims[2] || width <= FewChannels);
        if (!isLast && input.Dims.Count(size => size == width) > 1)
            return null; // a coincidence of sizes
        return (isLast ? Places.Declared - 0.4 : Places.ValueBefore - 0.5, [.. order]);
    }

    private static Way Permuted(PlainCase found, int[] order) =>
        new(
            string.Join('-', order),
            $"Put a permute with dims [{string.Join(", ", order)}] before {found.Name}",
            $"{found.InputName} is read in another order of its dimensions; every number stays.",
            [Permute(order)]
        );

    /// <summary>The same sizes with the names that they have by default, in the wanted order.</summary>
    private static Way? Relabeled(PlainCase found, Shape input, IReadOnlyList<Axis>? wanted)
    {
        var names = Axes.Default(input.Rank - 1, found.Layout, input.DType);
        if (Sizes(input.Dims.Skip(1)) is not { } sizes || names.SequenceEqual(input.Axes))
            return null;
        return Read(found, input.Dims, names, wanted ?? names, "whatever its dimensions were called.");
    }

    /// <summary>Reads the numbers in another shape, then in the order that is wanted; null where that cannot be written.</summary>
    /// <param name="names">The axes that the shape has by default.</param>
    internal static Way? Read(PlainCase found, IReadOnlyList<Dim> dims, Axis[] names, IReadOnlyList<Axis> wanted, string effect)
    {
        if (Sizes(dims.Skip(1)) is not { } sizes || Order(names, wanted) is not { } order)
            return null;
        List<(string, JsonObject)> layers = [("reshape", new() { ["type"] = "reshape", ["shape"] = sizes })];
        if (!order.Order().SequenceEqual(order))
            layers.Add(Permute(order));
        var shown = $"[{string.Join(", ", order.Skip(1).Select(dim => dims[dim]))}]";
        return new(
            string.Join('x', dims.Skip(1)),
            $"Read {found.InputName} as {shown} before {found.Name}",
            $"The same numbers, {effect}",
            layers
        );
    }

    /// <summary>The order in which these axes are the wanted ones; null where one is missing.</summary>
    internal static int[]? Order(IReadOnlyList<Axis> axes, IReadOnlyList<Axis> wanted)
    {
        var order = wanted.Select(axis => axes.ToList().IndexOf(axis)).ToArray();
        return order.Contains(-1) || order.Distinct().Count() < axes.Count ? null : order;
    }

    internal static (string Verb, JsonObject Layer) Permute(int[] order) =>
        ("permute", new() { ["type"] = "permute", ["dims"] = Numbers(order) });

    internal static (string Verb, JsonObject Layer) Flatten(int start, int end) =>
        ("flatten", new() { ["type"] = "flatten", ["start_dim"] = start, ["end_dim"] = end });

    private static string Lower(string title) => $"{char.ToLowerInvariant(title[0])}{title[1..]}";

    /// <summary>Layers that lead to what is wanted.</summary>
    internal sealed record Way(string Id, string Title, string Effect, IReadOnlyList<(string Verb, JsonObject Layer)> Layers);
}
