using ConcatService.Domain.Jobs;

namespace ConcatService.Import.Onnx;

/// <summary>Arithmetic on shapes: nodes whose inputs are numbers that are known give numbers, and no layer.</summary>
internal static class OnnxFolding
{
    private const int MostNumbers = 1024;

    public static bool TryFold(OnnxCall call)
    {
        if (call.Node.Outputs.Count == 0)
            return false;
        var folded = OnnxConstants.Fold(call) ?? call.Node.Type switch
        {
            "Constant" => Constant(call.Node),
            "Shape" when call[0]?.View is { } view => OnnxData.Of([.. Enumerable.Range(0, view.Groups.Length).Select(view.Size)]),
            "Shape" when call[0] is { Tensor: null, Numbers: { } list } => OnnxData.Of([list.Count]),
            "Shape" => Shape(call),
            "ConstantOfShape" when call.Numbers(0) is { Count: > 1 } sizes => Filled(call.Node.Tensor("value")?.Fill ?? 0, sizes),
            "Expand" when call[0] is { IsMade: true, Tensor.Fill: { } fill } && call.Numbers(1) is { } sizes => Filled(fill, sizes),
            "Unsqueeze" when call[0] is { Numbers: null, Tensor: { Dims.Count: > 0 } tensor } data => Unsqueeze(call, tensor, data),
            "Reshape" when call.Numbers(0) is { } list && call.Numbers(1) is [-1, var width and > 0] && list.Count % width == 0 =>
                OnnxData.Of(list) with { Width = (int)width },
            "Transpose" when call[0] is { Numbers: { } list, Width: { } width } => OnnxData.Of(Turned(list, width)) with
            {
                Width = list.Count / width,
            },
            "Where" when call.Numbers(0) is { } which && call.Numbers(1) is { } yes && call.Numbers(2) is { } no
                && yes.Count == which.Count && no.Count == which.Count =>
                OnnxData.Of([.. which.Select((each, i) => each != 0 ? yes[i] : no[i])], call[0]!.IsScalar),
            "ConstantOfShape" when call.Numbers(0) is { Count: 1 } count && count[0] is >= 0 and <= MostNumbers =>
                OnnxData.Of([.. Enumerable.Repeat(call.Node.Tensor("value")?.Wholes?.FirstOrDefault() ?? 0, (int)count[0])]),
            "Gather" when call.Numbers(0) is { } list && call.Numbers(1) is { } at => Gather(list, at, call[1]!.IsScalar, call[0]!),
            "Slice" when call.Numbers(0) is { } list => Slice(call, list),
            "Concat" when Enumerable.Range(0, call.Node.Inputs.Count).All(i => call.Numbers(i) is not null) => Concat(call),
            "Concat" when Enumerable.Range(0, call.Node.Inputs.Count).All(i => call[i] is { Layer: null, Tensor.Dims.Count: > 0 }) =>
                Joined(call),
            "Unsqueeze" or "Squeeze" or "Cast" or "Identity" or "Floor" or "Ceil" when call.Numbers(0) is { } list =>
                OnnxData.Of(list, call.Node.Type == "Squeeze" || (call.Node.Type != "Unsqueeze" && call[0]!.IsScalar))
                    with
                { Sources = call[0]!.Sources },
            "Add" or "Sub" or "Mul" or "Div" or "Mod" or "Equal" when call.Numbers(0) is { } a && call.Numbers(1) is { } b =>
                Arithmetic(call, a, b),
            "Reshape" when call.Numbers(0) is { } list => OnnxData.Of(list),
            "Identity" or "Cast" when call[0] is { Layer: null } data => data,
            "Transpose" when call[0] is { Tensor: { } tensor } data => Transpose(tensor, call.Node.Wholes("perm"), data),
            "Pow" or "Mul" or "Div" or "Add" or "Sub" when call[0] is { Layer: null, View: null, Scalar: { } a }
                && call[1] is { Layer: null, View: null, Scalar: { } b } => Reals(call.Node.Type, a, b),
            "Slice" when call[0] is { Tensor: { } tensor } data => Cut(call, tensor, data),
            _ => null,
        };
        if (folded is null)
            return false;
        call.Reader.Set(call.Node.Outputs[0], folded);
        return true;
    }

    private static OnnxData? Constant(FileNode node)
    {
        if (node.Tensor("value") is { } tensor)
            return OnnxData.Of(tensor) with { IsMade = true };
        if (node.Whole("value_int") is { } whole)
            return OnnxData.Of([whole], isScalar: true);
        if (node.Wholes("value_ints") is { } wholes)
            return OnnxData.Of(wholes);
        if (node.Real("value_float") is { } number)
            return OnnxData.Of(new FileTensor { Type = FileTensor.Float, Numbers = [number] });
        return null;
    }

    /// <summary>Rows as columns.</summary>
    private static List<long> Turned(IReadOnlyList<long> list, int width)
    {
        var rows = list.Count / width;
        return [.. Enumerable.Range(0, list.Count).Select(i => list[(i % rows * width) + (i / rows)])];
    }

    /// <summary>A tensor of one number, with 1 in place of the batch.</summary>
    private static OnnxData? Filled(double fill, IReadOnlyList<long> sizes)
    {
        if (sizes.Any(size => size is not OnnxData.Batch and (< 1 or > int.MaxValue)) || sizes.Count > 8)
            return null;
        var tensor = new FileTensor { Type = FileTensor.Float, Fill = fill };
        tensor.Dims.AddRange(sizes.Select(size => size == OnnxData.Batch ? 1 : size));
        return OnnxData.Of(tensor) with { IsMade = true };
    }

    private static OnnxData? Reals(string type, double a, double b)
    {
        var result = type switch { "Pow" => Math.Pow(a, b), "Mul" => a * b, "Div" => a / b, "Add" => a + b, _ => a - b };
        return double.IsFinite(result) ? OnnxData.Of(new FileTensor { Type = FileTensor.Float, Numbers = [result] }) : null;
    }

    private static OnnxData? Unsqueeze(OnnxCall call, FileTensor tensor, OnnxData data)
    {
        var dims = tensor.Dims.ToList();
        var axes = call.Node.Wholes("axes") ?? call.Numbers(1) ?? [];
        foreach (var axis in axes.Select(axis => axis < 0 ? axis + tensor.Dims.Count + axes.Count : axis).Order())
        {
            if (axis < 0 || axis > dims.Count)
                return null;
            dims.Insert((int)axis, 1);
        }

        return Sized(tensor, dims) with { Origin = data.Origin, Source = data.Source };
    }

    /// <summary>A tensor with its dimensions in another order; its numbers are not kept.</summary>
    private static OnnxData? Transpose(FileTensor tensor, List<long>? order, OnnxData data)
    {
        order ??= [.. Enumerable.Range(0, tensor.Dims.Count).Reverse().Select(i => (long)i)];
        var axes = Enumerable.Range(0, tensor.Dims.Count).Select(i => (long)i);
        if (!order.Order().SequenceEqual(axes))
            return null;
        var source = order.SequenceEqual(axes) ? data.Source : order is [1, 0] ? Turned(data.Source) : null;
        return Sized(tensor, order.Select(i => tensor.Dims[(int)i])) with { Origin = data.Origin, Source = source };
    }

    private static TensorSource? Turned(TensorSource? source) => source is null ? null : source with { Transpose = !source.Transpose };

    /// <summary>Tensors one behind the other, such as gates in the order that the operator wants.</summary>
    private static OnnxData? Joined(OnnxCall call)
    {
        var parts = Enumerable.Range(0, call.Node.Inputs.Count).Select(i => call[i]!).ToList();
        var first = parts[0].Tensor!;
        var axis = call.Node.Whole("axis") ?? 0;
        var at = axis < 0 ? axis + first.Dims.Count : axis;
        if (at < 0 || at >= first.Dims.Count || parts.Exists(part => !FitsBut(part.Tensor!, first, at)))
            return null;
        var whole = parts.Aggregate(0L, (sum, part) => Domain.Shapes.Saturating.Add(sum, part.Tensor!.Dims[(int)at]));
        return Sized(first, first.Dims.Select((size, i) => i == at ? whole : size)) with
        {
            Origin = string.Join('+', parts.Select(part => part.Origin)),
        };
    }

    private static bool FitsBut(FileTensor tensor, FileTensor other, long axis) =>
        tensor.Type == other.Type
        && tensor.Dims.Count == other.Dims.Count
        && Enumerable.Range(0, tensor.Dims.Count).All(i => i == axis || tensor.Dims[i] == other.Dims[i]);

    /// <summary>Rows of a tensor.</summary>
    private static OnnxData? Cut(OnnxCall call, FileTensor tensor, OnnxData data)
    {
        var (starts, ends) = (call.Numbers(1) ?? call.Node.Wholes("starts"), call.Numbers(2) ?? call.Node.Wholes("ends"));
        if (starts is not [var from] || ends is not [var to] || (call.Numbers(4) is { } steps && steps is not [1]))
            return null;
        var axis = (call.Numbers(3) ?? call.Node.Wholes("axes")) is [var given] ? given : 0;
        if (axis < 0 || axis >= tensor.Dims.Count || tensor.Dims[(int)axis] > int.MaxValue)
            return null;
        var (start, end) = (Clamp(from, (int)tensor.Dims[(int)axis]), Clamp(to, (int)tensor.Dims[(int)axis]));
        return end <= start
            ? null
            : Sized(tensor, tensor.Dims.Select((size, i) => i == axis ? end - start : size)) with
            {
                Origin = $"{data.Origin}[{start}:{end}]",
            };
    }

    private static OnnxData Sized(FileTensor tensor, IEnumerable<long> dims)
    {
        var sized = new FileTensor { Type = tensor.Type, Fill = tensor.Fill };
        sized.Dims.AddRange(dims);
        return OnnxData.Of(sized);
    }

    private static OnnxData? Shape(OnnxCall call)
    {
        if (call[0] is { Tensor: { } tensor })
            return OnnxData.Of(tensor.Dims);
        if (call.Shape() is not { } shape)
            return null;
        long[] all = [OnnxData.Batch, .. shape.Sizes.Select(size => size ?? OnnxData.Open)];
        var (start, end) = (Clamp(call.Node.Whole("start") ?? 0, all.Length), Clamp(call.Node.Whole("end") ?? all.Length, all.Length));
        var layer = call.Layer();
        return OnnxData.Of(end > start ? all[start..end] : []) with
        {
            Sources = [.. Enumerable.Range(start, Math.Max(0, end - start)).Select(axis => ((string, int)?)(layer, axis))],
        };
    }

    private static int Clamp(long at, int count) => (int)Math.Clamp(at < 0 ? at + count : at, 0, count);

    private static OnnxData? Gather(IReadOnlyList<long> list, IReadOnlyList<long> at, bool isScalar, OnnxData data)
    {
        var picked = new List<long>();
        var sources = new List<(string, int)?>();
        foreach (var index in at)
        {
            var own = index < 0 ? index + list.Count : index;
            if (own < 0 || own >= list.Count)
                return null;
            picked.Add(list[(int)own]);
            sources.Add(data.SourceOf((int)own));
        }

        return OnnxData.Of(picked, isScalar) with { Sources = sources };
    }

    private static OnnxData? Slice(OnnxCall call, IReadOnlyList<long> list)
    {
        var starts = call.Numbers(1) ?? call.Node.Wholes("starts");
        var ends = call.Numbers(2) ?? call.Node.Wholes("ends");
        if (call[0]!.Width is { } width) // rows from the last to the first, as PyTorch turns the borders of a pad
            return (starts, ends, call.Numbers(3), call.Numbers(4)) is ([-1], [< -int.MaxValue], [0], [-1])
                ? OnnxData.Of([.. list.Chunk(width).Reverse().SelectMany(row => row)]) with { Width = width }
                : null;
        if (starts is not [var from] || ends is not [var to] || (call.Numbers(4) is { } steps && steps is not [1]))
            return null;
        var (start, end) = (Clamp(from, list.Count), Clamp(to, list.Count));
        List<long> part = [.. list.Skip(start).Take(end - start)];
        return OnnxData.Of(part) with { Sources = [.. Enumerable.Range(start, part.Count).Select(call[0]!.SourceOf)] };
    }

    private static OnnxData? Concat(OnnxCall call)
    {
        var all = Enumerable.Range(0, call.Node.Inputs.Count).SelectMany(i => call.Numbers(i)!).Take(MostNumbers + 1).ToList();
        if (all.Count > MostNumbers)
            return null;
        var sources = Enumerable.Range(0, call.Node.Inputs.Count)
            .SelectMany(i => Enumerable.Range(0, call.Numbers(i)!.Count).Select(call[i]!.SourceOf));
        return OnnxData.Of(all) with { Sources = [.. sources] };
    }

    private static OnnxData? Arithmetic(OnnxCall call, IReadOnlyList<long> a, IReadOnlyList<long> b)
    {
        var count = Math.Max(a.Count, b.Count);
        if (a.Count != count && a.Count != 1 || b.Count != count && b.Count != 1)
            return null;
        var result = new long[count];
        for (var i = 0; i < count; i++)
        {
            var (x, y) = (a[a.Count == 1 ? 0 : i], b[b.Count == 1 ? 0 : i]);
            if (call.Node.Type == "Equal")
                result[i] = x == y ? 1 : 0;
            else if (x is OnnxData.Batch or OnnxData.Open || y is OnnxData.Batch or OnnxData.Open)
                result[i] = OnnxData.Open;
            else
                result[i] = call.Node.Type switch
                {
                    "Add" => Domain.Shapes.Saturating.Add(x, y),
                    "Sub" => unchecked(x - y),
                    "Mul" => Domain.Shapes.Saturating.Multiply(x, y),
                    "Mod" => y is 0 or -1 ? OnnxData.Open : ((x % y) + y) % y,
                    _ => y == 0 || (x == long.MinValue && y == -1) ? OnnxData.Open : x / y,
                };
        }

        return OnnxData.Of(result, call[0]!.IsScalar && call[1]!.IsScalar);
    }
}
