using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Fixes.Plain;

/// <summary>Lets an input of the network say what its dimensions mean, or what its numbers are.</summary>
internal sealed class InputDeclaration : PlainStrategy
{
    /// <summary>An input this much longer than wide is written features first, as signals are; others begin with their steps.</summary>
    private const long FewFeatures = 4, ManySteps = 16;

    protected override IEnumerable<Offer> Propose(PlainCase found)
    {
        if (found.SourceInput() is not { } input)
            yield break;
        var (dtype, axes) = (found.Wanted.DType, AxesFor(found, input));
        if (dtype is { } type && type != input.Shape.DType)
            yield return new(
                Places.InputSays,
                new(
                    $"declare-{Words.Slug(input.Name)}-{Name(type)}",
                    FixKind.Edit,
                    $"Declare {input.Name} {Name(type)}",
                    type == DType.Float32
                        ? $"What is sent as {input.Name} is read as float32."
                        : $"What is sent as {input.Name} are whole numbers, such as indices of words.",
                    Loss.None,
                    Declared(found, input, type, axes: null)
                )
            );
        if (StepsFirst(found, input) is { } steps)
            yield return new(
                Places.Declared - 0.3,
                new(
                    $"steps-{Words.Slug(input.Name)}",
                    FixKind.Adapter,
                    $"Say that {input.Name} is [time, features], and put a permute with dims [0, 2, 1] before {found.Name}",
                    $"{input.Name} is read as {input.Shape.Dims[1]} steps of {input.Shape.Dims[2]} features.",
                    Loss.None,
                    steps
                )
            );
        if (OneFeature(found, input) is { } features)
            yield return features;
        if (axes is null || dtype is not null)
            yield break;
        var patch = Declared(found, input, dtype, axes);
        yield return new(
            IsFeaturesFirst(input.Shape) ? Places.Permuted + 0.5 : Places.InputSays + 0.1,
            new(
                $"axes-{Words.Slug(input.Name)}",
                FixKind.Edit,
                $"Say that {input.Name} is [{string.Join(", ", axes)}]",
                $"{input.Name} stays {input.Shape.Sizes}; its dimensions are read as {string.Join(", ", axes)}.",
                Loss.None,
                patch
            )
        );
    }

    /// <summary>
    /// An input of a convolution over time that was written as Keras writes it, with the steps first: as many features as the layer
    /// declares stand last, or the only ones that are a number.
    /// </summary>
    private static JsonArray? StepsFirst(PlainCase found, InputSpec input) =>
        found.IsNameOfSource(input)
        && found.ValueAt(input.Path["axes"]) is null
        && input.Shape is { Rank: 3, Axes: [_, Axis.Channels, Axis.Time] }
        && input.Shape.Dims[2].Known is { } last
        && (found.Diagnostic.Code == Codes.DeclaredWidth ? found.Wanted.Width == last : !input.Shape.Dims[1].IsKnown)
        && found.Inserted(Rearrange.Permute([0, 2, 1])) is { } patch
            ? [.. Declared(found, input, null, ["time", "features"]).Concat(patch).Select(step => step!.DeepClone())]
            : null;

    /// <summary>An input of places alone gets a feature axis of one where it is declared: also where its sizes are open.</summary>
    private static Offer? OneFeature(PlainCase found, InputSpec input)
    {
        if (
            found.Wanted.Axes is not { } wanted
            || found.ValueAt(input.Path["axes"]) is not null
            || input.Shape.Rank != wanted.Count - 1
            || !wanted.SequenceEqual(Axes.Default(wanted.Count - 1, found.Layout, DType.Float32))
        )
            return null;
        var sizes = input.Shape.Dims.Skip(1).Select(size => size.Known is { } known ? (JsonNode)known : size.ToString()).ToList();
        sizes.Insert(wanted[1] == Axis.Channels ? 0 : sizes.Count, 1);
        var shown = string.Join('x', sizes);
        return new(
            Places.Reread + 0.3,
            new(
                $"shape-{Words.Slug(input.Name)}",
                FixKind.Edit,
                $"Give {input.Name} the shape {shown}",
                "The network expects its input with a channel axis of one.",
                Loss.None,
                found.Patch().Set(input.Path, "shape", new JsonArray([.. sizes])).Patch
            )
        );
    }

    private static string[]? AxesFor(PlainCase found, InputSpec input)
    {
        if (found.ValueAt(input.Path["axes"]) is not null)
            return null; // they were said
        var wanted =
            found.Wanted.Axes is { } axes && axes.Count == input.Shape.Rank ? axes
            : found.Wanted.Features && input.Shape.Rank == 2 ? [Axis.Batch, Axis.Channels]
            : null;
        return wanted is null || wanted.SequenceEqual(input.Shape.Axes) || wanted.Contains(Axis.Other)
            ? null
            : [.. wanted.Skip(1).Select(axis => axis == Axis.Channels ? "features" : axis.Name())];
    }

    private static JsonArray Declared(PlainCase found, InputSpec input, DType? dtype, string[]? axes)
    {
        var patch = found.Patch();
        if (dtype is { } type)
            patch.Set(input.Path, "dtype", Name(type));
        if (axes is not null)
            patch.Set(input.Path, "axes", new JsonArray([.. axes.Select(axis => (JsonNode)axis)]));
        return patch.Patch;
    }

    private static bool IsFeaturesFirst(Shape shape) =>
        shape.Rank == 3 && shape.Dims[1].Known <= FewFeatures && shape.Dims[2].Known is null or >= ManySteps;

    private static string Name(DType dtype) => dtype.ToString().ToLowerInvariant();
}
