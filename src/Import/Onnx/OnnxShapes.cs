using System.Text.Json.Nodes;

namespace ConcatService.Import.Onnx;

/// <summary>Joining, cutting, reordering and reshaping.</summary>
internal static class OnnxShapes
{
    public static IEnumerable<(string Name, OnnxNodes.Writer Write)> All =>
    [
        ("Concat", Concat),
        ("Split", Split),
        ("Slice", Slice),
        ("Flatten", Flatten),
        ("Reshape", Reshape),
        ("Squeeze", call => Rearranged(call)),
        ("Unsqueeze", call => Rearranged(call)),
        ("Transpose", Transpose),
        ("Pad", Pad),
        ("DepthToSpace", DepthToSpace),
        ("SpaceToDepth", call => call.Add(Layers.Of("pixel_unshuffle", ("factor", call.Node.Whole("blocksize") ?? 1)))),
        ("ReduceMean", call => Reduce(call, "mean", "global_avg_pool")),
        ("ReduceMax", call => Reduce(call, "max", "global_max_pool")),
        ("ReduceSum", call => Reduce(call, "sum", null)),
        ("ReduceMin", call => Reduce(call, "min", null)),
        ("ReduceL2", call => Reduce(call, "l2", null)),
        ("Gather", Gather),
        ("Expand", Expand),
        ("Tile", Tile),
    ];

    /// <summary>An axis from 0, the batch counted.</summary>
    private static int Axis(OnnxCall call, long axis)
    {
        var rank = call.Rank();
        var own = axis < 0 ? axis + rank : axis;
        return own >= 0 && own < rank ? (int)own : throw new NodeException($"its input has no axis {axis}");
    }

    private static string Concat(OnnxCall call)
    {
        var layers = Enumerable.Range(0, call.Node.Inputs.Count).Select(i => call[i]?.Layer).ToList();
        if (layers.OfType<string>().FirstOrDefault() is { } first)
            layers = [.. layers.Select((layer, i) => layer ?? Constant(call, i, first))];
        if (!layers.TrueForAll(layer => layer is not null))
            throw new NodeException("one of its inputs is a constant");
        if (layers.Count == 1)
        {
            call.Reader.Spec.Assume("A concat of one input is left out.");
            return layers[0]!;
        }

        var axis = call.Node.Whole("axis") ?? 1;
        return axis is >= -8 and <= 8
            ? call.Add(Layers.Of("concat", ("axis", axis)), "", OnnxAxes.Alike(call, [.. layers.OfType<string>()]))
            : throw new NodeException("its axis does not exist");
    }

    /// <summary>A tensor of the file beside layers, such as a class token.</summary>
    private static string? Constant(OnnxCall call, int input, string beside) =>
        call[input]?.Tensor is { } tensor && call.Reader.Probe[beside] is { } shape && tensor.Dims.Count == shape.Rank + 1
            ? OnnxAxes.Learned(call, tensor, shape.Rank, shape.Axes)
            : null;

    private static string Split(OnnxCall call)
    {
        var sizes = call.Node.Wholes("split") ?? call.Numbers(1);
        var axis = Axis(call, call.Node.Whole("axis") ?? 0);
        var isGiven = sizes is { Count: > 0 } && sizes.All(size => size is >= 1 and <= int.MaxValue);
        var sections = isGiven ? Layers.List(sizes!) : (JsonNode)call.Node.Outputs.Count;
        var split = call.Add(Layers.Of("split", ("sections", sections), ("axis", axis)));
        for (var i = 0; i < call.Node.Outputs.Count; i++)
            call.Reader.Set(call.Node.Outputs[i], OnnxData.Of($"{split}:{i}"));
        return $"{split}:0";
    }

    private static string Slice(OnnxCall call)
    {
        var starts = call.Numbers(1) ?? call.Node.Wholes("starts");
        var ends = call.Numbers(2) ?? call.Node.Wholes("ends");
        if (starts is null || ends is null || starts.Count != ends.Count || starts.Count is 0 or > 4)
            throw new NodeException("where it cuts is not known");
        var axes = call.Numbers(3) ?? call.Node.Wholes("axes") ?? [.. Enumerable.Range(0, starts.Count).Select(i => (long)i)];
        var steps = call.Numbers(4);
        if (axes.Count != starts.Count || (steps ?? starts).Count != starts.Count)
            throw new NodeException("where it cuts is not known");
        if (steps is not null && steps.Any(step => step is < 1 or > int.MaxValue))
            throw new NodeException("its steps are not known, or go backward");
        var last = call.Layer();
        for (var i = 0; i < starts.Count; i++)
        {
            var layer = Layers.Of(
                "slice",
                ("axis", Axis(call, axes[i])),
                ("start", starts[i] == 0 ? null : Math.Clamp(starts[i], -int.MaxValue, int.MaxValue)),
                ("end", ends[i] >= int.MaxValue ? null : Math.Clamp(ends[i], -int.MaxValue, int.MaxValue)),
                ("step", steps is null || steps[i] == 1 ? null : steps[i])
            );
            last = call.Add(layer, i == starts.Count - 1 ? "" : $".{i}", last);
        }

        return last;
    }

    private static string Tile(OnnxCall call)
    {
        var repeats = call.Numbers(1) ?? throw new NodeException("how often is not known");
        if (repeats.Count != call.Rank() || repeats[0] != 1 || repeats.Any(count => count is < 1 or > int.MaxValue))
            throw new NodeException("it repeats the batch");
        return repeats.All(count => count == 1)
            ? call.Layer()
            : call.Add(Layers.Of("tile", ("repeats", Layers.List(repeats.Skip(1)))));
    }

    private static string Flatten(OnnxCall call) =>
        (call.Node.Whole("axis") ?? 1) is 1 or -1 && call.Rank() is var rank && ((call.Node.Whole("axis") ?? 1) == 1 || rank == 2)
            ? rank == 2 ? call.Layer() : call.Add(Layers.Of("flatten"))
            : throw new NodeException("its axis is not 1");

    private static string Reshape(OnnxCall call)
    {
        var target = call.Numbers(1) ?? call.Node.Wholes("shape") ?? throw new NodeException("its target is not known");
        var shape = call.Shape() ?? throw new NodeException("the shape of its input is not known");
        if (target.Count < 2)
            throw new NodeException("its target has no features besides the batch");
        var sizes = target.Select((size, i) => Meant(call, shape, size, i)).ToList();
        // A constant batch is that of the sample with which the file was made.
        var rest = sizes.Skip(1).ToList();
        if (sizes[0] is not (-1 or 1 or OnnxData.Batch) && !(rest.Contains(-1) || Product(rest) == shape.Elements))
            throw new NodeException("it moves numbers between the batch and other axes");
        if (sizes[0] == -1 && !rest.Contains(-1) && shape.Elements is { } all && Product(rest) != all)
            throw new NodeException("it moves numbers between the batch and other axes");
        if (rest.Count(size => size is -1 or OnnxData.Open) > 1)
            throw new NodeException("more than one of its sizes is not known");
        if (rest.Exists(size => size is not (-1 or OnnxData.Open) && size is < 1 or > int.MaxValue))
            throw new NodeException("its target is no shape");
        if (rest is [var only] && shape.Rank > 1 && (only is -1 or OnnxData.Open || only == shape.Elements))
            return call.Add(Layers.Of("flatten"));
        return call.Add(Layers.Of("reshape", ("shape", Layers.List(rest.Select(size => size == OnnxData.Open ? -1 : size)))));
    }

    /// <summary>A size of a target: 0 keeps that of the input.</summary>
    private static long Meant(OnnxCall call, ProbedShape shape, long size, int position)
    {
        if (size != 0 || (call.Node.Whole("allowzero") ?? 0) != 0)
            return size;
        if (position == 0)
            return OnnxData.Batch;
        return position <= shape.Rank ? shape.Sizes[position - 1] ?? OnnxData.Open : OnnxData.Open;
    }

    private static long Product(IEnumerable<long> sizes) => sizes.Aggregate(1L, Domain.Shapes.Saturating.Multiply);

    /// <summary>Axes of size 1 taken away or put in.</summary>
    private static string Rearranged(OnnxCall call)
    {
        var shape = call.Shape() ?? throw new NodeException("the shape of its input is not known");
        var axes = call.Node.Wholes("axes") ?? call.Numbers(1);
        var sizes = shape.Sizes.ToList();
        if (call.Node.Type == "Squeeze")
        {
            var gone = axes is null
                ? [.. Enumerable.Range(0, sizes.Count).Where(i => sizes[i] == 1)]
                : axes.Select(axis => Axis(call, axis) - 1).ToHashSet();
            if (gone.Contains(-1) || gone.Any(i => sizes[i] != 1))
                throw new NodeException("it takes away an axis that is not 1");
            sizes = [.. sizes.Where((_, i) => !gone.Contains(i))];
        }
        else
        {
            foreach (var axis in (axes ?? []).Select(axis => axis < 0 ? axis + sizes.Count + 1 + axes!.Count : axis).Order())
            {
                if (axis < 1 || axis > sizes.Count + 1)
                    throw new NodeException("it puts an axis before the batch");
                sizes.Insert((int)axis - 1, 1);
            }
        }

        if (sizes.Count is 0 or > 4 || sizes.Count(size => size is null) > 1)
            throw new NodeException("more than one of its sizes is not known");
        return sizes.Count == 1
            ? call.Add(Layers.Of("flatten"))
            : call.Add(Layers.Of("reshape", ("shape", Layers.List(sizes.Select(size => size ?? -1)))));
    }

    private static string Transpose(OnnxCall call)
    {
        var order = call.Node.Wholes("perm") ?? [.. Enumerable.Range(0, call.Rank()).Reverse().Select(i => (long)i)];
        return order.Count <= 6 && order[0] == 0
            ? call.Add(Layers.Of("permute", ("dims", Layers.List(order))))
            : throw new NodeException("it moves the batch");
    }

    private static string Pad(OnnxCall call)
    {
        var pads =
            call.Node.Wholes("pads")
            ?? call.Node.Wholes("paddings")
            ?? call.Numbers(1)
            ?? throw new NodeException("its borders are not known");
        var rank = call.Rank();
        if (call[3] is not null || pads.Count != 2 * rank || rank is < 3 or > 5)
            throw new NodeException("its borders do not fit its input");
        if (pads.All(size => size == 0))
            return call.Layer();
        if (pads[0] != 0 || pads[1] != 0 || pads[rank] != 0 || pads[rank + 1] != 0 || pads.Any(size => size < 0))
            throw new NodeException("it pads the batch or the features, or cuts");
        if ((call[2]?.Scalar ?? call.Node.Real("value") ?? 0) != 0)
            throw new NodeException("it pads with another number than 0");
        var mode = call.Node.Text("mode") ?? "constant";
        var sides = Enumerable.Range(2, rank - 2).Reverse().SelectMany(i => new[] { pads[i], pads[i + rank] });
        return call.Add(Layers.Of(
            $"pad{rank - 2}d",
            ("padding", Layers.List(sides)),
            ("mode", mode switch { "reflect" => "reflect", "edge" => "replicate", _ => null })
        ));
    }

    private static string DepthToSpace(OnnxCall call)
    {
        if ((call.Node.Text("mode") ?? "DCR") == "DCR")
            call.Reader.Spec.Assume("DepthToSpace in the order DCR is taken as CRD, pixel_shuffle's; the channels are in another order.");
        return call.Add(Layers.Of("pixel_shuffle", ("factor", call.Node.Whole("blocksize") ?? 1)));
    }

    private static string Reduce(OnnxCall call, string op, string? pool)
    {
        var rank = call.Rank();
        var axes = (call.Node.Wholes("axes") ?? call.Numbers(1) ?? []).Select(axis => Axis(call, axis)).Order().ToList();
        var keeps = (call.Node.Whole("keepdims") ?? 1) != 0;
        var isMap = call.Shape()!.Axes[0] == Domain.Shapes.Axis.Channels;
        if (pool is not null && isMap && rank >= 3 && axes.SequenceEqual(Enumerable.Range(2, rank - 2)))
            return call.Add(Layers.Of(pool, ("keep_dims", keeps ? true : null)));
        if (axes.Contains(0) || axes.Count == 0 || !Layers.Exists("reduce"))
            throw new NodeException("means over other axes than the places are not known yet");
        var over = Layers.List(axes.Select(axis => (long)axis));
        return call.Add(Layers.Of("reduce", ("op", op), ("axes", over), ("keep_dims", keeps ? true : null)));
    }

    /// <summary>Rows of a table by whole numbers, or one place of an axis.</summary>
    private static string Gather(OnnxCall call)
    {
        if (call[0] is { Tensor: { Dims: [var rows, var width] } } && call[1]?.Layer is { } indices && (call.Node.Whole("axis") ?? 0) == 0)
            return call.Add(Layers.Of("embedding", ("num_embeddings", rows), ("embedding_dim", width)), "", indices);
        if (call.Numbers(1) is [var at] && at is > -int.MaxValue and < int.MaxValue && call[0]?.Layer is not null)
        {
            var axis = Axis(call, call.Node.Whole("axis") ?? 0);
            var shape = call.Shape()!;
            if (axis == 0)
                throw new NodeException("it takes samples of the batch");
            var slice = Layers.Of("slice", ("axis", axis), ("start", at), ("end", at == -1 ? null : at + 1));
            if (call[1]!.IsScalar is false)
                return call.Add(slice);
            var sizes = shape.Sizes.Where((_, i) => i != axis - 1).ToList();
            if (sizes.Count == 0 || sizes.Count(size => size is null) > 1)
                throw new NodeException("more than one of its sizes is not known");
            var without = Layers.List(sizes.Select(size => size ?? -1));
            var cut = call.Add(slice, ".slice");
            return call.Add(sizes.Count == 1 ? Layers.Of("flatten") : Layers.Of("reshape", ("shape", without)), "", cut);
        }

        throw new NodeException("what it picks is not known");
    }

    private static string Expand(OnnxCall call)
    {
        if (call[0] is { Tensor: { } tensor } && call.Numbers(1) is { Count: > 1 } whole)
            return whole[0] is -1 or 1 or OnnxData.Batch or OnnxData.Open
                ? Stretched(call, tensor, [.. whole.Skip(1)])
                : throw new NodeException("a constant with a batch of its own is not known");
        if (call.Numbers(1) is not { } target || target.Count != call.Rank())
            throw new NodeException("its target is not known");
        var sizes = Layers.List(target.Skip(1).Select(size => size is >= 1 and <= int.MaxValue ? size : -1));
        return call.Add(Layers.Of("expand", ("shape", sizes)));
    }

    /// <summary>A tensor of the file's own for every sample of the batch.</summary>
    private static string Stretched(OnnxCall call, FileTensor tensor, IReadOnlyList<long> sizes)
    {
        var learned = OnnxAxes.Learned(call, tensor, sizes.Count, null);
        var own = call.Reader.Probe[learned]?.Sizes;
        return own is null || sizes.Select((size, i) => size == own[i] || size is 1 or -1).All(same => same)
            ? learned
            : call.Add(Layers.Of("expand", ("shape", Layers.List(sizes.Select(size => size > 0 ? size : -1)))), "", learned);
    }
}
