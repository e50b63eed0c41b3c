namespace ConcatService.Import.Onnx;

/// <summary>Finds where the batch is in the target of a Reshape.</summary>
internal static class OnnxTargets
{
    /// <param name="target">Sizes as the file has them: -1 is inferred, 0 keeps, the batch may be a number.</param>
    /// <param name="batch">The batch of the sample with which the file was made; null where it is open.</param>
    public static IReadOnlyList<OnnxPart> Parts(OnnxView view, IReadOnlyList<long> target, bool allowsZero, long? batch)
    {
        if (target.Count == 0)
            throw new NodeException("its target has no features besides the batch");
        long[] sizes =
        [
            .. target.Select((size, i) =>
                size != 0 || allowsZero ? size
                : i < view.Groups.Length ? view.Size(i)
                : throw new NodeException("its target is no shape")),
        ];
        var at = Array.IndexOf(sizes, OnnxData.Batch);
        if (at < 0)
            at = Array.IndexOf(sizes, OnnxData.Open);
        if (at < 0 && batch is null)
            at = Array.IndexOf(sizes, -1);
        if (at < 0)
            return OfNumbers(view, sizes, batch ?? 1);
        var isAlone = sizes[at] == OnnxData.Batch;
        sizes[at] = isAlone ? 1 : -1;
        Infer(sizes, view.Elements);
        return Placed(view, sizes, at) ?? throw Moved();
    }

    /// <summary>All sizes are numbers, the batch too: it is where the numbers before it fit.</summary>
    private static List<OnnxPart> OfNumbers(OnnxView view, long[] sizes, long batch)
    {
        Infer(sizes, Domain.Shapes.Saturating.Multiply(view.Elements, batch));
        var before = OnnxView.Product(view.Sizes.Take(view.Batch));
        List<OnnxPart>? found = null;
        for (var i = 0; i < sizes.Length && found is null; i++)
        {
            if (sizes[i] == batch && OnnxView.Product(sizes.Take(i)) == before)
                found = Placed(view, Without(i), i);
        }

        for (var i = 0; i < sizes.Length && found is null; i++)
        {
            var passed = OnnxView.Product(sizes.Take(i));
            if (sizes[i] % batch != 0 || passed > before || before >= Domain.Shapes.Saturating.Multiply(passed, sizes[i] / batch))
                continue;
            // The features are read alone: [time, N, features] as [time·N, features].
            var isLast = i == sizes.Length - 1 && i > 0 && passed == before && sizes[i - 1] % batch == 0;
            found = Placed(view, Without(isLast && batch == 1 ? i - 1 : i), isLast && batch == 1 ? i - 1 : i);
        }

        return found ?? Placed(view, Without(sizes.Length - 1), sizes.Length - 1) ?? throw Moved();

        long[] Without(int at) => [.. sizes.Select((size, i) => i == at ? size / batch : size)];
    }

    /// <summary>The parts when the batch is in one dimension; null where the numbers before it do not fit.</summary>
    private static List<OnnxPart>? Placed(OnnxView view, long[] sizes, int at)
    {
        var before = OnnxView.Product(view.Sizes.Take(view.Batch));
        var passed = OnnxView.Product(sizes.Take(at));
        if (passed < 1 || before % passed != 0 || sizes[at] < 1 || sizes[at] % (before / passed) != 0)
            return null;
        var left = before / passed;
        return OnnxView.Product(sizes) == view.Elements
            ? [.. sizes.Select((size, i) => i == at ? new OnnxPart(left, size / left, HasBatch: true) : new OnnxPart(size))]
            : null;
    }

    private static void Infer(long[] sizes, long all)
    {
        var open = Array.IndexOf(sizes, -1);
        var given = OnnxView.Product(sizes.Where((_, i) => i != open));
        if (given < 1 || sizes.Where((_, i) => i != open).Any(size => size is < 1 or > int.MaxValue) || all % given != 0)
            throw new NodeException("its target is no shape of its input");
        if (open >= 0)
            sizes[open] = all / given;
    }

    private static NodeException Moved() => new("it moves numbers between the batch and other axes");
}
