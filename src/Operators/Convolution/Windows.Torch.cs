using ConcatService.Domain.Shapes;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Padding in TorchSharp, for windows that slide over the spatial axes.</summary>
internal static class WindowsTorch
{
    /// <summary>
    /// The symmetric padding that libtorch adds itself, and the input, padded beforehand with <paramref name="value"/> where the two sides differ.
    /// Sizes are read from the tensor: a plan with symbols runs at any admissible size.
    /// </summary>
    public static (Tensor Input, long[] Padding) Pad(Tensor x, int spatialRank, Func<int, Window> window, double value)
    {
        var pads = Enumerable.Range(0, spatialRank).Select(i => window(i).Pads(x.shape[i + 2])).ToArray();
        if (pads.All(pad => pad.Before == pad.After))
            return (x, [.. pads.Select(pad => pad.Before)]);
        // libtorch lists the last dimension first.
        long[] sides = [.. pads.Reverse().SelectMany(pad => new[] { pad.Before, pad.After })];
        return (functional.pad(x, sides, PaddingModes.Constant, value), new long[spatialRank]);
    }
}
