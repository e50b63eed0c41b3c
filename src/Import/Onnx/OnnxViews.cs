namespace ConcatService.Import.Onnx;

/// <summary>
/// Nodes that move the batch, and nodes behind them: each is written on the layer itself, batch first, and where the file has the batch is
/// kept beside it. What ends with the batch in front is a layer like others.
/// </summary>
internal static class OnnxViews
{
    private static readonly HashSet<string> KeepShape =
    [
        "Relu", "Selu", "Sigmoid", "Tanh", "Softplus", "HardSwish", "Mish", "Exp", "Sqrt", "Abs", "Log", "Neg", "Reciprocal", "Erf",
        "LeakyRelu", "Elu", "HardSigmoid", "Gelu", "Clip", "Dropout", "Identity", "Cast", "Pow", "Add", "Sub", "Mul", "Div", "Sum", "Mean",
        "Max", "Min", "LayerNormalization", "MatMul", "Gemm",
    ];

    /// <summary>Writes the node and sets its outputs; false where the batch is first and stays there.</summary>
    public static bool TryWrite(OnnxCall call)
    {
        if (Enumerable.Range(0, call.Node.Inputs.Count).Any(i => call[i]?.View is not null))
        {
            Write(call);
            return true;
        }

        if (call.Shape() is not { HasAllSizes: true })
            return false;
        if (call.Node.Type == "Transpose" && call.Node.Wholes("perm") is [0, ..])
            return false;
        if (call.Node.Type == "Reshape" && !MovesBatch(call))
            return false;
        if (call.Node.Type is not ("Transpose" or "Reshape"))
            return false;
        Write(call);
        return true;
    }

    public static OnnxView Of(OnnxCall call, int input = 0) =>
        call[input]?.View
        ?? (call.Shape(input) is { } shape
            ? OnnxView.Plain(call.Layer(input), shape)
            : throw new NodeException("the shape of its input is not known"));

    /// <summary>The layer with the sizes of the view.</summary>
    public static string Settled(OnnxCall call, OnnxView view, string suffix = ".view")
    {
        if (call.Reader.Probe[view.Layer]?.Sizes.SequenceEqual(view.Sizes.Select(size => (long?)size)) ?? false)
            return view.Layer;
        return view.Sizes.Length is > 0 and <= 7
            ? call.Add(Layers.Of("reshape", ("shape", Layers.List(view.Sizes))), suffix, view.Layer)
            : throw new NodeException("it has more dimensions than are known");
    }

    /// <summary>Sets an output: a plain layer where the batch is in front.</summary>
    public static void Set(OnnxCall call, string output, OnnxView view) =>
        call.Reader.Set(output, view.IsPlain && view.Sizes.Length > 0 ? OnnxData.Of(Settled(call, view, "")) : OnnxData.Of(view));

    private static bool MovesBatch(OnnxCall call)
    {
        try
        {
            var target = call.Numbers(1) ?? call.Node.Wholes("shape");
            return target is { Count: > 1 }
                && !(target[0] == 1 && call.Reader.BatchSize is null)
                && Parts(call, Of(call), target)[0] is not { Before: 1, After: 1, HasBatch: true };
        }
        catch (NodeException)
        {
            return false; // told by the reader of a plain Reshape
        }
    }

    private static IReadOnlyList<OnnxPart> Parts(OnnxCall call, OnnxView view, IReadOnlyList<long> target) =>
        OnnxTargets.Parts(view, target, (call.Node.Whole("allowzero") ?? 0) != 0, call.Reader.BatchSize);

    private static void Write(OnnxCall call)
    {
        var type = call.Node.Type;
        if (type is "Transpose" or "Reshape" or "Squeeze" or "Unsqueeze" or "Flatten")
            Set(call, call.Node.Outputs[0], Rearranged(call, Of(call)));
        else if (OnnxRecurrent.Reads(type))
            OnnxRecurrent.Write(call);
        else if (KeepShape.Contains(type))
            OnnxThrough.Write(call, view => view);
        else if (type is "Softmax" or "LogSoftmax" or "Split" or "Concat")
            OnnxThrough.WriteOnAxis(call, call.Node.Whole("axis") ?? (type is "Split" or "Concat" ? 0 : -1), keeps: true);
        else if (type == "Gather" && call[0]?.Tensor is null)
            OnnxThrough.WriteOnAxis(call, call.Node.Whole("axis") ?? 0, keeps: call[1] is not { IsScalar: true });
        else if (type == "Slice" || type.StartsWith("Reduce", StringComparison.Ordinal))
            OnnxThrough.WriteOnAxes(call, type == "Slice" ? 3 : 1);
        else
            throw new NodeException("the batch is not its first axis");
    }

    private static OnnxView Rearranged(OnnxCall call, OnnxView view)
    {
        var parts = view.Parts.ToList();
        switch (call.Node.Type)
        {
            case "Transpose":
                return Transposed(call, view);
            case "Reshape":
                return view.Regrouped(
                    Parts(call, view, call.Numbers(1) ?? call.Node.Wholes("shape") ?? throw new NodeException("its target is not known")));
            case "Squeeze":
                var given = (call.Node.Wholes("axes") ?? call.Numbers(1))?.Select(axis => view.Dimension(axis)).ToHashSet();
                var gone = given ?? [.. Enumerable.Range(0, parts.Count).Where(i => parts[i] == new OnnxPart(1))];
                return gone.All(i => parts[i] == new OnnxPart(1))
                    ? view.Regrouped(parts.Where((_, i) => !gone.Contains(i)))
                    : throw new NodeException("it takes away an axis that is not 1");
            case "Unsqueeze":
                var axes = call.Node.Wholes("axes") ?? call.Numbers(1) ?? [];
                foreach (var axis in axes.Select(axis => axis < 0 ? axis + parts.Count + axes.Count : axis).Order())
                {
                    if (axis < 0 || axis > parts.Count)
                        throw new NodeException("its axis does not exist");
                    parts.Insert((int)axis, new(1));
                }

                return view.Regrouped(parts);
            default:
                throw new NodeException("the batch is not its first axis");
        }
    }

    private static OnnxView Transposed(OnnxCall call, OnnxView view)
    {
        var count = view.Groups.Length;
        var order = (call.Node.Wholes("perm") ?? [.. Enumerable.Range(0, count).Reverse().Select(i => (long)i)])
            .Select(dimension => view.Dimension(dimension)).ToList();
        if (!order.Order().SequenceEqual(Enumerable.Range(0, count)))
            throw new NodeException("its order is none of its axes");
        List<int> factors = [.. order.SelectMany(dimension => Enumerable.Range(view.Start(dimension), view.Groups[dimension]))];
        List<int> axes = [.. factors.Where(factor => factor != view.Batch).Select(view.AxisOfFactor)];
        int[] groups = [.. order.Select(dimension => view.Groups[dimension])];
        long[] sizes = [.. axes.Select(axis => view.Sizes[axis - 1])];
        var layer = axes.SequenceEqual(axes.Order())
            ? view.Layer
            : call.Add(Layers.Of("permute", ("dims", Layers.List([0, .. axes.Select(axis => (long)axis)]))), "", Settled(call, view));
        return new(layer, sizes, factors.IndexOf(view.Batch), groups);
    }
}
