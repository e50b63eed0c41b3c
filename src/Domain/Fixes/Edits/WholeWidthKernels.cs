using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Edits;

/// <summary>
/// Square kernels on text: windows of several heights slide along the numbers of an embedding too, and leave different numbers of columns.
/// A window as wide as the embedding leaves one (Kim 2014).
/// </summary>
/// <param name="Layers">The convolutions, one or more on every branch.</param>
/// <param name="Position">The dimension of the kernel that becomes as wide as the input, counted from 0.</param>
internal sealed record WholeWidthKernels(IReadOnlyList<PlannedLayer> Layers, Axis Axis, int Position)
{
    public static WholeWidthKernels? Of(MergeCase merge)
    {
        if (
            !merge.IsSpatial
            || merge.DifferingAxes.ToList() is not [var axis]
            || merge.Ancestor is not { } ancestor
            || !merge.Compiled.Planned.Shapes.TryGetValue(ancestor, out var page)
            || !page.Has(axis)
            || page.SpatialAxes.Count() != 2
            || !IsEmbedded(merge, page[axis])
        )
            return null;
        var position = page.SpatialAxes.ToList().IndexOf(axis);
        var convolutions = merge
            .Branches.Select(branch =>
                branch.Path.FirstOrDefault(layer =>
                    layer.Operator.Effect.Has(Effect.Weighs)
                    && layer.Operator.Window is { IsTransposed: false } window
                    && window.KernelSize[position] > 1
                    && layer.Input.Has(axis)
                    && layer.Input[axis] == page[axis]
                )
            )
            .ToList();
        if (convolutions.Contains(null))
            return null;
        var found = new WholeWidthKernels([.. convolutions.OfType<PlannedLayer>()], axis, position);
        return merge.Again.Restores(found.Layers, found.Edited) ? found : null;
    }

    /// <summary>The convolution with its kernel as wide as its input.</summary>
    public Operator? Edited(PlannedLayer layer) => layer.Operator.With("kernel_size", EditableAttribute.Spelled(Kernel(layer)));

    public long[] Kernel(PlannedLayer layer)
    {
        var kernel = layer.Operator.Window!.KernelSize.ToArray(2);
        kernel[Position] = layer.Input[Axis].Value;
        return kernel;
    }

    private static bool IsEmbedded(MergeCase merge, Dim width) =>
        merge.Compiled.Planned.Layers.Any(layer =>
            layer.Input.DType == DType.Int64
            && layer.Output.DType == DType.Float32
            && layer.Operator.Width is not null
            && layer.Output.Has(Axis.Channels)
            && layer.Output[Axis.Channels] == width
        );
}
