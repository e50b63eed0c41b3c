using ConcatService.Domain.Fields;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Operators;

/// <summary>The windows of a convolution or pooling, one number for each spatial dimension.</summary>
/// <param name="KernelSize">Elements of the window.</param>
/// <param name="Stride">
/// Distance between neighboring windows. Of a transposed convolution, how many times larger the output becomes.
/// </param>
/// <param name="Dilation">Spacing between kernel elements; 1 is dense.</param>
/// <param name="Padding">Elements added before and after the input. Of a transposed convolution, elements cut off the output.</param>
public sealed record SlidingWindow(Extent KernelSize, Extent Stride, Extent Dilation, Padding Padding)
{
    /// <summary>Whether output sizes are rounded up.</summary>
    public bool CeilMode { get; init; }

    /// <summary>Whether each element of the input spreads over a window of the output: a transposed convolution.</summary>
    public bool IsTransposed { get; init; }

    /// <summary>Of a transposed convolution: elements added at the end of the output.</summary>
    public Extent OutputPadding { get; init; } = 0;

    /// <summary>The largest kernel size of any dimension.</summary>
    public long LargestKernel => KernelSize.Count is { } count ? KernelSize.ToArray(count).Max() : KernelSize[0];

    /// <summary>The window along one spatial dimension, counted from 0; not for a transposed convolution.</summary>
    public Window Along(int dimension)
    {
        var cells = Padding.Cells[dimension];
        var along = new Window(KernelSize[dimension], Stride[dimension], Dilation[dimension], Padding.IsSame, cells, CeilMode);
        return Padding.IsCausal ? along with { Padding = along.Span - 1, After = 0 }
            : Padding.After is { } after ? along with { After = after[dimension] }
            : along;
    }

    /// <summary>The output size along one spatial dimension; below 1 when the window does not fit.</summary>
    public Dim SizeAlong(int dimension, Dim input) =>
        IsTransposed ? (input * Stride[dimension]) + Growth(dimension) : Along(dimension).Size(input);

    /// <summary>What the window does to a size before it is rounded.</summary>
    public Rescaling RescalingAlong(int dimension) =>
        IsTransposed
            ? new(Stride[dimension], 1, -Saturating.FloorDivide(Growth(dimension), Stride[dimension]))
            : Along(dimension).Rescaling;

    /// <summary>What a transposed convolution gives beyond size · stride; 0 where its windows, padding and stride go together.</summary>
    public long Growth(int dimension) =>
        Saturating.Add(
            Saturating.Multiply(Dilation[dimension], KernelSize[dimension] - 1),
            OutputPadding[dimension] + 1 - Stride[dimension] - Saturating.Multiply(2, Padding.Cells[dimension])
        );
}
