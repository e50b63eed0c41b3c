using ConcatService.Domain.Shapes;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Padding in TorchSharp, for windows that slide over the spatial axes.</summary>
internal static class WindowsTorch
{
    /// <summary>The input with a border that is made of itself.</summary>
    public static Tensor Fill(Tensor x, int spatialRank, Func<int, Window> window, PaddingFill fill)
    {
        long[] sides = [.. Enumerable.Range(0, spatialRank).Reverse().SelectMany(i => Sides(window(i).Pads(x.shape[i + 2])))];
        if (Array.TrueForAll(sides, cells => cells == 0))
            return x;
        return functional.pad(
            x,
            sides,
            fill switch
            {
                PaddingFill.Reflect => PaddingModes.Reflect,
                PaddingFill.Replicate => PaddingModes.Replicate,
                _ => PaddingModes.Circular,
            }
        );

        static long[] Sides((long Before, long After) pads) => [pads.Before, pads.After];
    }

    /// <summary>
    /// The symmetric padding that libtorch adds itself, and the input, padded beforehand with <paramref name="value"/> where the two sides
    /// differ. Sizes are read from the tensor: a plan with symbols runs at any admissible size.
    /// </summary>
    public static (Tensor Input, long[] Padding) Pad(Tensor x, int spatialRank, Func<int, Window> window, double value)
    {
        var pads = Enumerable.Range(0, spatialRank).Select(i => window(i).Pads(x.shape[i + 2])).ToArray();
        // libtorch's poolings pad at most half of their kernel themselves; a dilated one with "same" needs more.
        if (
            pads.Select((pad, i) => pad.Before == pad.After && (value == 0 || !window(i).Same || pad.Before <= window(i).Kernel / 2))
                .All(simple => simple)
        )
            return (x, [.. pads.Select(pad => pad.Before)]);
        // libtorch lists the last dimension first.
        long[] sides = [.. pads.Reverse().SelectMany(pad => new[] { pad.Before, pad.After })];
        return (functional.pad(x, sides, PaddingModes.Constant, value), new long[spatialRank]);
    }
}
