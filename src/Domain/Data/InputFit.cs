using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Data;

/// <summary>Whether an input of a network takes what a data set gives.</summary>
internal static class InputFit
{
    public static void Check(InputSpec input, Layout layout, DataInput data, string dataset, Report report)
    {
        var sample = Written(data, layout);
        var wanted = data.DType == ElementType.Int64 ? DType.Int64 : DType.Float32;
        if (input.Shape.DType != wanted)
            report.Error(
                Codes.DataInput,
                input.Path["dtype"],
                $"{input.Name} is {Name(input.Shape.DType)} and {dataset} gives {Name(wanted)}. "
                    + $"{(wanted == DType.Float32 ? "Leave 'dtype' out" : "Set 'dtype' to \"int64\"")}."
            );
        var fits =
            input.Shape.Rank - 1 == sample.Length
            && input.Shape.Dims.Skip(1).Zip(sample, (dim, size) => dim.IsKnown && dim.Value == size).All(same => same);
        if (!fits)
            report.Error(
                Codes.DataInput,
                input.Path["shape"],
                $"{input.Name} is {input.Shape.Sizes} and a sample of {dataset} is "
                    + $"{string.Join('x', sample)}{(data.IsPicture ? $" ({layout.Name()})" : "")}. Set 'shape' to "
                    + $"[{string.Join(", ", sample)}]."
            );
    }

    /// <summary>A sample's sizes in the order of the spec.</summary>
    internal static long[] Written(DataInput data, Layout layout) =>
        data.IsPicture && layout == Layout.ChannelsLast ? [.. data.Shape.Skip(1), data.Shape[0]] : [.. data.Shape];

    private static string Name(DType dtype) => dtype.ToString().ToLowerInvariant();
}
