namespace ConcatService.Domain.Shapes;

/// <summary>A sliding window along one spatial axis, as convolutions and poolings have it.</summary>
/// <param name="Padding">Cells before the input; and after it, where <see cref="After"/> says nothing else.</param>
/// <remarks>Sources: the output size formulas of torch.nn.Conv2d and torch.nn.MaxPool2d; ONNX's SAME_UPPER for <c>"same"</c>.</remarks>
public readonly record struct Window(long Kernel, long Stride, long Dilation, bool Same, long Padding, bool CeilMode)
{
    /// <summary>Cells after the input.</summary>
    public long After { get; init; } = Padding;

    /// <summary>Cells that the window covers: dilation · (kernel − 1) + 1.</summary>
    public long Span => Saturating.Add(Saturating.Multiply(Dilation, Kernel - 1), 1);

    /// <summary>The output size; below 1 when the window does not fit.</summary>
    public Dim Size(Dim input)
    {
        if (Same)
            return input.CeilDivide(Stride);
        var reach = input + Saturating.Add(Padding, After) - Span;
        // Rounded up, but no window starts beyond the input and its left padding: PyTorch drops that one.
        var more = CeilMode ? Math.Min(Stride - 1, Span - 1 - After) : 0;
        return (reach + more).FloorDivide(Stride) + 1;
    }

    /// <summary>Cells before and after the input; <paramref name="input"/> must be known where <see cref="Same"/> meets a stride.</summary>
    public (long Before, long After) Pads(Dim input)
    {
        if (!Same)
            return (Padding, After);
        var total = Stride == 1 ? Span - 1 : Math.Max(0, ((Size(input).Value - 1) * Stride) + Span - input.Value);
        return (total / 2, total - (total / 2));
    }

    /// <summary>
    /// Cells before and after the input so that rounding down gives the same windows: what <see cref="CeilMode"/> reaches beyond is padding
    /// too.
    /// </summary>
    public (long Before, long After) Reach(Dim input)
    {
        var (before, after) = Pads(input);
        return Same || !CeilMode
            ? (before, after)
            : (before, Math.Max(0, ((Size(input).Value - 1) * Stride) + Span - input.Value - before));
    }

    /// <summary>Whether all padding is before the input, as much as the window reaches back.</summary>
    public bool IsCausal => !Same && After == 0 && Padding == Span - 1;

    /// <summary>What the window does to a size: divides by the stride, and loses what its padding does not make up for.</summary>
    public Rescaling Rescaling => new(1, Stride, Same ? 0 : Span - 1 - Saturating.Add(Padding, After));
}
