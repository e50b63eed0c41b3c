namespace ConcatService.Import.Onnx;

/// <summary>Writes a node on the layers of its views, as if the file had the batch first.</summary>
internal static class OnnxThrough
{
    public static void WriteOnAxis(OnnxCall call, long axis, bool keeps)
    {
        var view = First(call);
        var dimension = view.Dimension(axis);
        var own = view.Axis(dimension);
        Write(call, each => keeps ? each : Without(each, [dimension]), ("axis", new FileAttribute { Whole = own }));
    }

    public static void WriteOnAxes(OnnxCall call, int input)
    {
        var view = First(call);
        IReadOnlyList<long>? axes = call.Node.Wholes("axes") ?? call.Numbers(input);
        if (call.Node.Type == "Slice")
            axes ??= [.. Enumerable.Range(0, (call.Numbers(1) ?? call.Node.Wholes("starts"))?.Count ?? 0).Select(i => (long)i)];
        HashSet<int> dimensions = [.. (axes ?? []).Select(axis => view.Dimension(axis))];
        var own = new FileAttribute();
        own.Wholes.AddRange((axes ?? []).Select(axis => (long)view.Axis(axis)));
        var keeps = call.Node.Type == "Slice" || (call.Node.Whole("keepdims") ?? 1) != 0;
        Write(call, each => keeps ? each : Without(each, dimensions), ("axes", own));
    }

    /// <param name="result">The batch's place in the outputs, from that in the inputs.</param>
    /// <param name="attribute">An attribute that the node has instead of its own, and of the input of that meaning.</param>
    public static void Write(OnnxCall call, Func<OnnxView, OnnxView> result, (string Name, FileAttribute Value)? attribute = null)
    {
        var view = First(call);
        var inner = new FileNode(call.Node.Number) { Name = call.Node.Name, Type = call.Node.Type, Domain = call.Node.Domain };
        inner.Outputs.AddRange(call.Node.Outputs);
        foreach (var (name, value) in call.Node.Attributes)
            inner.Attributes[name] = value;
        for (var i = 0; i < call.Node.Inputs.Count; i++)
            inner.Inputs.Add(Input(call, i, view));
        if (attribute is { } given)
        {
            inner.Attributes[given.Name] = given.Value;
            if (given.Name == "axes" && inner.Inputs.Count > (inner.Type == "Slice" ? 3 : 1))
                inner.Inputs[inner.Type == "Slice" ? 3 : 1] = "";
        }

        var write = OnnxNodes.Find(inner.Type) ?? throw new NodeException("it is not known");
        call.Reader.Set(inner.Outputs[0], OnnxData.Of(call.Reader.Write(call with { Node = inner }, write)));
        foreach (var output in inner.Outputs.Where(output => call.Reader.Value(output)?.Layer is not null))
        {
            var layer = call.Reader.Value(output)!.Layer!;
            var placed = result(view);
            var shape = call.Reader.Probe[layer] ?? throw new NodeException("its result has no shape");
            OnnxViews.Set(call, output, OnnxView.Plain(layer, shape) with { Batch = placed.Batch, Groups = placed.Groups });
        }
    }

    private static OnnxView First(OnnxCall call) =>
        Enumerable.Range(0, call.Node.Inputs.Count).Select(i => call[i]?.View).OfType<OnnxView>().First();

    /// <summary>The name of a value that is the layer of an input.</summary>
    private static string Input(OnnxCall call, int input, OnnxView view)
    {
        var name = call.Node.Inputs[input];
        var data = call[input];
        if (data is { Tensor.Dims.Count: > 1 } or { Grid: not null } && call.Node.Type is not ("MatMul" or "Gemm"))
        {
            call.Reader.Set($"{name}\n{call.Name}", data with
            {
                Tensor = data.Tensor is { } tensor ? Aligned(tensor, view) : null,
                Grid = data.Grid?.Sized([.. Aligned(data.Grid.Dims, view)]),
            });
            return $"{name}\n{call.Name}";
        }

        if (data?.View is null && data?.Layer is null)
            return name;
        var own = OnnxViews.Of(call, input);
        if (own.Batch != view.Batch || !own.Groups.SequenceEqual(view.Groups))
            throw new NodeException("its inputs have the batch in other places");
        var settled = $"{name}\n{call.Name}";
        call.Reader.Set(settled, OnnxData.Of(OnnxViews.Settled(call, own, $".view{input}")));
        call.Reader.Users[settled] = call.Reader.Users.GetValueOrDefault(name);
        return settled;
    }

    /// <summary>A constant without the dimension where the batch is, or with one for each factor beside it.</summary>
    private static FileTensor Aligned(FileTensor tensor, OnnxView view)
    {
        var aligned = new FileTensor { Type = tensor.Type, Wholes = tensor.Wholes, Numbers = tensor.Numbers, Fill = tensor.Fill };
        aligned.Dims.AddRange(Aligned(tensor.Dims, view));
        return aligned;
    }

    private static List<long> Aligned(IReadOnlyList<long> dims, OnnxView view)
    {
        var aligned = new List<long>();
        for (var i = 0; i < dims.Count; i++)
        {
            var dimension = view.Groups.Length - dims.Count + i;
            if (dimension < 0 || !view.HasBatch(dimension))
                aligned.Add(dims[i]);
            else if (dims[i] != 1)
                throw new NodeException("a constant with a batch of its own is not known");
            else
                aligned.AddRange(Enumerable.Repeat(1L, view.Groups[dimension] - 1));
        }

        return aligned;
    }

    private static OnnxView Without(OnnxView view, HashSet<int> dimensions) =>
        view.Regrouped(view.Parts.Where((_, i) => !dimensions.Contains(i)));
}
