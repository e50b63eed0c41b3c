using System.Globalization;
using System.Text.Json.Nodes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fixes.LayerTypes;

namespace ConcatService.Domain.Fixes.Adapters;

/// <summary>One layer that gives a map or sequence in the default order the spatial sizes of the target, in one of the ways.</summary>
/// <param name="alsoWidth">Whether the width has to change too: a learned layer does both at once.</param>
internal sealed class Resizer(MergeCase merge, Branch branch, Branch target, Resizing resizing, bool alsoWidth)
{
    // Weights and channels grow by its square; FCN-8s, the largest usual step, learns to enlarge by 8.
    private const long MostRatio = 8;

    private string Name => branch.Name;

    private string Sizes => target.Shape.SpatialSizes;

    public (Step Step, Shape After)? Step(Shape at)
    {
        var axes = at.SpatialAxes.ToList();
        var after = axes.Aggregate(at, (shape, axis) => shape.With(axis, target.Shape[axis]));
        var has = axes.ConvertAll(axis => at[axis].Value);
        var wants = axes.ConvertAll(axis => target.Shape[axis].Value);
        var isLarger = has.Zip(wants).All(pair => pair.First >= pair.Second);
        if (!isLarger && !has.Zip(wants).All(pair => pair.First <= pair.Second))
            return null;
        return (resizing, isLarger) switch
        {
            (Resizing.Resample, true) => (Pool(at, has, wants), after),
            (Resizing.Resample, false) => (Upsample(at, has), after),
            (Resizing.Learn, true) => Strided(at, has, wants) is { } step ? (step, Widened(after)) : null,
            (Resizing.Learn, false) => Transposed(at, has, wants) is { } step ? (step, Widened(after)) : null,
            (Resizing.Rearrange, true) => Unshuffle(at, has, wants) is var (step, channels)
                ? (step, after.With(Axis.Channels, channels))
                : null,
            (Resizing.Border, true) when IsBorder(has, wants) => (Crop(at), after),
            (Resizing.Border, false) when IsBorder(wants, has) => (Pad(at), after),
            (Resizing.Start, _) when axes is [Axis.Time] && (isLarger ? IsBorder(has, wants) : IsBorder(wants, has)) => (
                isLarger ? Cut(has[0] - wants[0]) : Delay(wants[0] - has[0]),
                after
            ),
            _ => null,
        };
    }

    private static bool IsBorder(List<long> large, List<long> small) =>
        large.Zip(small).All(pair => !SizeGap.IsOtherScale(pair.First, pair.Second));

    private Shape Widened(Shape shape) => alsoWidth ? shape.With(Axis.Channels, target.Shape[Axis.Channels]) : shape;

    private Step Pool(Shape at, List<long> has, List<long> wants)
    {
        if (has.Zip(wants).Any(pair => pair.First % pair.Second != 0 && pair.First / pair.Second < 2))
            return new(
                "pool",
                new() { ["type"] = Twin("adaptive_avg_pool", at), ["output_size"] = EditableAttribute.Spelled([.. wants]) },
                $"Average {Name} to the {Sizes} of {target.Name}",
                $"Each of the {Sizes} positions is the mean of the cells of {Name} that it covers; some count twice.",
                Loss.Dropped
            );
        long[] windows = [.. has.Zip(wants).Select(pair => pair.First / pair.Second)];
        var kept = 1.0 / windows.Aggregate(1L, Saturating.Multiply);
        return new(
            "pool",
            new() { ["type"] = Twin("avg_pool", at), ["kernel_size"] = EditableAttribute.Spelled(windows) },
            $"Pool {Name} by {string.Join('x', windows.Distinct())} to {Sizes}",
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Name} keeps {kept:0%} of its positions; each is the mean of {string.Join('x', windows)} cells."
            ),
            Loss.Dropped
        );
    }

    private Step Upsample(Shape at, List<long> has)
    {
        var layer = new JsonObject { ["type"] = "upsample", ["size"] = merge.Like(target) };
        if (has.TrueForAll(size => size == 1))
            return new(
                "expand",
                layer,
                at.Rank == 3 ? $"Repeat {Name} at every step of {target.Name}" : $"Repeat {Name} at every position of {target.Name}",
                $"{Name} stands at each of the {Sizes} positions of {target.Name}, the same everywhere.",
                Loss.Resampled
            );
        return new(
            "upsample",
            layer,
            $"Upsample {Name} to the {Sizes} of {target.Name}",
            $"{Name} keeps all it has; each value is repeated to fill {Sizes}, which adds no detail.",
            Loss.Resampled
        );
    }

    private Step? Strided(Shape at, List<long> has, List<long> wants)
    {
        if (at[Axis.Channels].Known is not { } channels)
            return null;
        long[] strides = [.. has.Zip(wants).Select(pair => Math.Max(1, (pair.First + pair.Second - 1) / pair.Second))];
        var stride = string.Join('x', strides.Distinct());
        if (alsoWidth)
            return new(
                "project",
                new()
                {
                    ["type"] = Twin("conv", at),
                    ["out_channels"] = target.Shape[Axis.Channels].Known,
                    ["kernel_size"] = 1,
                    ["stride"] = EditableAttribute.Spelled(strides),
                },
                $"Project {Name} to the {target.Shape.Sizes} of {target.Name} by a 1x1 convolution of stride {stride}",
                $"The projection of a residual shortcut: of each {stride}x{stride} cells of {Name} one is read, its channels mixed.",
                Loss.MadeUp
            );
        return new(
            "convolve",
            new()
            {
                ["type"] = Twin("conv", at),
                ["out_channels"] = channels,
                ["kernel_size"] = 3,
                ["stride"] = EditableAttribute.Spelled(strides),
                ["padding"] = 1,
            },
            $"Bring {Name} to {Sizes} by a 3x3 convolution of stride {stride}",
            $"{Name} learns what to keep of the cells that it leaves out.",
            Loss.Dropped
        );
    }

    private Step? Transposed(Shape at, List<long> has, List<long> wants)
    {
        var features = alsoWidth ? target.Shape[Axis.Channels].Known : at[Axis.Channels].Known;
        if (features is null || Ratios(wants, has) is not { } ratios)
            return null;
        return new(
            "transpose",
            new()
            {
                ["type"] = Twin("conv_transpose", at),
                ["out_channels"] = features,
                ["kernel_size"] = EditableAttribute.Spelled(ratios),
                ["stride"] = EditableAttribute.Spelled(ratios),
            },
            $"Bring {Name} to the {Sizes} of {target.Name} by a transposed convolution of stride {string.Join('x', ratios.Distinct())}",
            $"{Name} learns the {string.Join('x', ratios)} cells that each of its places becomes.",
            Loss.Grown
        );
    }

    private (Step Step, Dim Channels)? Unshuffle(Shape at, List<long> has, List<long> wants)
    {
        if (
            !merge.JoinsAxis
            || merge.JoinedAxis(target.Shape) != Axis.Channels
            || at[Axis.Channels].Known is not { } channels
            || Ratios(has, wants) is not [var factor, var across]
            || factor != across
        )
            return null;
        var widened = Saturating.Multiply(channels, factor * factor);
        return (
            new(
                "unshuffle",
                new() { ["type"] = "pixel_unshuffle", ["factor"] = factor },
                $"Move each {factor}x{factor} cells of {Name} into channels (pixel_unshuffle)",
                $"{Name} keeps every value: its {channels} channels become {widened}, and what reads {merge.NameOf(merge.Merge.Name)} gets "
                    + $"that much wider.",
                Loss.Grown
            ),
            widened
        );
    }

    private Step Crop(Shape at) =>
        new(
            "crop",
            new() { ["type"] = "center_crop", ["size"] = merge.Like(target) },
            $"Crop {Name} to the {Sizes} of {target.Name}",
            $"The border of {Name} ({at.SpatialSizes}) is thrown away.",
            Loss.Dropped
        );

    private Step Pad(Shape at) =>
        new(
            "pad",
            new() { ["type"] = Twin("pad", at), ["size"] = merge.Like(target) },
            $"Pad {Name} to the {Sizes} of {target.Name}",
            $"A border of zeros is put around {Name} ({at.SpatialSizes}).",
            Loss.MadeUp
        );

    private Step Cut(long steps) =>
        new(
            "cut",
            new()
            {
                ["type"] = "slice",
                ["axis"] = "time",
                ["start"] = steps,
            },
            $"Cut the first {steps} steps of {Name}, to the {Sizes} of {target.Name}",
            "Steps that stand beside each other end at the same time, as in a causal network; the earliest are dropped.",
            Loss.Dropped
        );

    private Step Delay(long steps) =>
        new(
            "delay",
            new() { ["type"] = "pad1d", ["padding"] = new JsonArray(steps, 0) },
            $"Put {steps} steps of zeros before {Name}, to the {Sizes} of {target.Name}",
            "Steps that stand beside each other end at the same time, as in a causal network.",
            Loss.MadeUp
        );

    private static long[]? Ratios(List<long> large, List<long> small)
    {
        var pairs = large.Zip(small).ToList();
        return pairs.TrueForAll(pair => pair.First % pair.Second == 0 && pair.First / pair.Second <= MostRatio)
            ? [.. pairs.Select(pair => pair.First / pair.Second)]
            : null;
    }
}
