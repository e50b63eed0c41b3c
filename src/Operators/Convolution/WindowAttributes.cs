using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Operators;

/// <summary>The editable attributes of a sliding window: for each the values after which it gives a wanted size.</summary>
internal static class WindowAttributes
{
    /// <summary>Larger values are not searched; a hostile kernel is as large as a number can be.</summary>
    private const long Largest = 64;

    public static EditableAttribute KernelSize { get; } =
        Of("kernel_size", 1, window => window.KernelSize, (window, value) => window with { KernelSize = value });

    /// <summary>The kernel of a pooling without a stride of its own, which is then as large.</summary>
    public static EditableAttribute KernelSizeAndStride { get; } =
        Of("kernel_size", 1, window => window.KernelSize, (window, value) => window with { KernelSize = value, Stride = value });

    public static EditableAttribute Stride { get; } =
        Of("stride", 1, window => window.Stride, (window, value) => window with { Stride = value });

    public static EditableAttribute Dilation { get; } =
        Of("dilation", 1, window => window.Dilation, (window, value) => window with { Dilation = value });

    public static EditableAttribute CeilMode { get; } =
        new("ceil_mode", EditEffect.Sizes, (layer, _) => [!layer.Operator.Window!.CeilMode]);

    public static EditableAttribute OutputPadding { get; } =
        Of(
            "output_padding",
            0,
            window => window.OutputPadding,
            (window, value) => window with { OutputPadding = value },
            (window, dimension) => Math.Max(window.Stride[dimension], window.Dilation[dimension]) - 1
        );

    /// <summary>The padding of a convolution: numbers, and <c>"same"</c> where the convolution is not transposed.</summary>
    public static EditableAttribute Padding { get; } = WithSame(Of("padding", 0, Cells, Padded));

    /// <summary>The padding of a pooling: at most half of its window.</summary>
    public static EditableAttribute PoolPadding { get; } =
        WithSame(Of("padding", 0, Cells, Padded, (window, dimension) => window.KernelSize[dimension] / 2));

    private static Extent Cells(SlidingWindow window) => window.Padding.Cells;

    private static SlidingWindow Padded(SlidingWindow window, Extent cells) => window with { Padding = new(false, cells) };

    private static EditableAttribute WithSame(EditableAttribute padding) =>
        padding with
        {
            Solve = (layer, wanted) =>
                layer.Operator.Window is { IsTransposed: false } window
                && Gives(layer, window with { Padding = Domain.Fields.Padding.Same }, wanted)
                    ? padding.Solve(layer, wanted).Append("same")
                    : padding.Solve(layer, wanted),
        };

    private static bool Gives(PlannedLayer layer, SlidingWindow window, Shape wanted) =>
        layer
            .Input.SpatialAxes.Select((axis, i) => wanted.Has(axis) && window.SizeAlong(i, layer.Input[axis]) == wanted[axis])
            .All(fits => fits);

    private static EditableAttribute Of(
        string name,
        long least,
        Func<SlidingWindow, Extent> get,
        Func<SlidingWindow, Extent, SlidingWindow> with,
        Func<SlidingWindow, int, long>? most = null
    ) =>
        new(
            name,
            EditEffect.Sizes,
            (layer, wanted) =>
            {
                var window = layer.Operator.Window!;
                var values = layer
                    .Input.SpatialAxes.Select(
                        (axis, i) =>
                            wanted.Has(axis)
                                ? Along(layer.Input[axis], wanted[axis], i, most is null ? Largest : Math.Min(Largest, most(window, i)))
                                : []
                    )
                    .ToList();
                return Joined(values);

                List<long> Along(Dim input, Dim size, int dimension, long last)
                {
                    var now = get(window)[dimension];
                    return
                    [
                        .. Enumerable
                            .Range((int)least, (int)Math.Max(0, last - least + 1))
                            .Select(value => (long)value)
                            .Where(value => with(window, value).SizeAlong(dimension, input) == size)
                            .OrderBy(value => Math.Abs(value - now)),
                    ];
                }
            }
        );

    /// <summary>One number where it fits every dimension, else a list of the nearest of each.</summary>
    private static List<JsonNode> Joined(List<List<long>> values)
    {
        if (values.Count == 0 || values.Exists(each => each.Count == 0))
            return [];
        var common = values[0].Where(value => values.TrueForAll(each => each.Contains(value))).Select(value => (JsonNode)value).ToList();
        return common.Count > 0 ? common : [EditableAttribute.Spelled([.. values.Select(each => each[0])])];
    }
}
