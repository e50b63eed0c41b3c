namespace ConcatService.Import.Onnx;

/// <summary>
/// A tensor whose batch is not its first dimension alone: [time, N, features], or [N·heads, time, width] as attention is often written. It
/// is a layer, batch first as always, of the sizes that stand here, and the place where the file has the batch among them.
/// </summary>
/// <param name="Sizes">Sizes beside the batch, in the order of the file; the layer has as many numbers.</param>
/// <param name="Batch">How many of the sizes stand before the batch.</param>
/// <param name="Groups">For each dimension of the file, how many factors it has, the batch counted.</param>
internal sealed record OnnxView(string Layer, long[] Sizes, int Batch, int[] Groups)
{
    public static OnnxView Plain(string layer, ProbedShape shape) =>
        Array.TrueForAll(shape.Sizes, size => size is not null)
            ? new(layer, [.. shape.Sizes.Select(size => size!.Value)], 0, [.. Enumerable.Repeat(1, shape.Rank + 1)])
            : throw new NodeException("it moves the batch, and a size of its input is not known");

    public bool IsPlain => Batch == 0 && Array.TrueForAll(Groups, count => count == 1);

    public long Elements => Product(Sizes);

    public int Start(int dimension) => Groups.Take(dimension).Sum();

    public bool HasBatch(int dimension) => Batch >= Start(dimension) && Batch < Start(dimension) + Groups[dimension];

    /// <summary>A dimension of the file from 0.</summary>
    public int Dimension(long dimension)
    {
        var own = dimension < 0 ? dimension + Groups.Length : dimension;
        return own >= 0 && own < Groups.Length ? (int)own : throw new NodeException($"its input has no axis {dimension}");
    }

    /// <summary>The axis of the layer, the batch being 0, that a dimension of the file is.</summary>
    public int Axis(long dimension)
    {
        var own = Dimension(dimension);
        if (HasBatch(own))
            throw new NodeException("it works on the axis of the batch");
        return AxisOfFactor(Start(own));
    }

    public int AxisOfFactor(int factor) => factor < Batch ? factor + 1 : factor;

    /// <summary>A dimension as a number: that of the batch is said as such, a product with it is open.</summary>
    public long Size(int dimension) =>
        !HasBatch(dimension) ? Sizes[AxisOfFactor(Start(dimension)) - 1]
        : Groups[dimension] == 1 ? OnnxData.Batch
        : OnnxData.Open;

    /// <summary>The same numbers in other dimensions.</summary>
    public OnnxView Regrouped(IEnumerable<OnnxPart> parts)
    {
        var (sizes, groups, batch) = (new List<long>(), new List<int>(), 0);
        foreach (var part in parts)
        {
            var before = sizes.Count;
            if (!part.HasBatch || part.Before > 1)
                sizes.Add(part.Before);
            if (part.HasBatch)
                batch = sizes.Count;
            if (part.HasBatch && part.After > 1)
                sizes.Add(part.After);
            groups.Add(sizes.Count - before + (part.HasBatch ? 1 : 0));
        }

        return new(Layer, [.. sizes], batch, [.. groups]);
    }

    /// <summary>Its dimensions.</summary>
    public IEnumerable<OnnxPart> Parts =>
        Groups.Select((count, i) =>
        {
            if (!HasBatch(i))
                return new OnnxPart(Size(i));
            var (start, end) = (Start(i), Start(i) + count - 1);
            return new OnnxPart(Product(Sizes[start..Batch]), Product(Sizes[Batch..end]), HasBatch: true);
        });

    public static long Product(IEnumerable<long> sizes) => sizes.Aggregate(1L, Domain.Shapes.Saturating.Multiply);
}

/// <summary>A dimension: a size, or what stands before and after the batch in a product with it.</summary>
internal readonly record struct OnnxPart(long Before, long After = 1, bool HasBatch = false);
