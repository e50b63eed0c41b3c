using System.Text.Json.Nodes;
using ConcatService.Domain.Shapes;

namespace ConcatService.Import.Onnx;

/// <summary>Activations, products with weights, and element-wise arithmetic.</summary>
internal static class OnnxArithmetic
{
    private static readonly (string Name, string Type)[] Plain =
    [
        ("Relu", "relu"), ("Selu", "selu"), ("Sigmoid", "sigmoid"), ("Tanh", "tanh"), ("Softplus", "softplus"), ("HardSwish", "hard_swish"),
        ("Mish", "mish"), ("Exp", "exp"), ("Sqrt", "sqrt"), ("Abs", "abs"), ("Log", "log"), ("Neg", "negative"),
        ("Reciprocal", "reciprocal"), ("Erf", "erf"),
    ];

    public static IEnumerable<(string Name, OnnxNodes.Writer Write)> All =>
    [
        .. Plain.Select(each => (each.Name, new OnnxNodes.Writer(call =>
            Layers.Exists(each.Type) ? call.Add(Layers.Of(each.Type)) : throw new NodeException("the language has no such layer yet")))),
        ("LeakyRelu", call => call.Add(Layers.Of("leaky_relu", ("negative_slope", Real(call, "alpha", 0.01))))),
        ("Elu", call => call.Add(Layers.Of("elu", ("alpha", Real(call, "alpha", 1))))),
        ("PRelu", PRelu),
        ("HardSigmoid", HardSigmoid),
        ("Gelu", call => call.Add(Layers.Of("gelu", ("approximate", call.Node.Text("approximate") == "tanh" ? "tanh" : null)))),
        ("Clip", Clip),
        ("Softmax", call => Softmax(call, "softmax")),
        ("LogSoftmax", call => Softmax(call, "log_softmax")),
        ("Gemm", Gemm),
        ("MatMul", MatMul),
        ("Add", call => Elementwise(call, "add")),
        ("Sub", call => Elementwise(call, "subtract")),
        ("Mul", call => Elementwise(call, "multiply")),
        ("Div", call => Elementwise(call, "divide")),
        ("Sum", call => Elementwise(call, "add")),
        ("Mean", call => Elementwise(call, "average")),
        ("Pow", Pow),
        ("Max", call => Elementwise(call, "maximum")),
        ("Min", call => Elementwise(call, "minimum")),
        ("Dropout", call => call.Layer()),
        ("Identity", call => call.Layer()),
        ("Cast", Cast),
    ];

    private static double Real(OnnxCall call, string name, double fallback) =>
        call.Node.Real(name) is { } number && double.IsFinite(number) ? Math.Round(number, 7) : fallback;

    private static string PRelu(OnnxCall call)
    {
        var count = call.Tensor(1).Count;
        return call.Add(Layers.Of("prelu", ("num_parameters", count > 1 ? count : null)));
    }

    private static string HardSigmoid(OnnxCall call)
    {
        var (slope, shift) = (Real(call, "alpha", 0.2), Real(call, "beta", 0.5));
        if (Math.Abs(slope - (1.0 / 6)) > 1e-5 || shift != 0.5)
            call.Reader.Spec.Assume($"HardSigmoid of slope {slope} is taken as that of slope 1/6.");
        return call.Add(Layers.Of("hard_sigmoid"));
    }

    private static string Clip(OnnxCall call)
    {
        var least = call.Node.Real("min") ?? call[1]?.Scalar;
        var most = call.Node.Real("max") ?? call[2]?.Scalar;
        if (least == 0 && most == 6)
            return call.Add(Layers.Of("relu6"));
        if (least == 0 && most is null)
            return call.Add(Layers.Of("relu"));
        if (Layers.Exists("clamp") && (least ?? most) is not null)
            return call.Add(Layers.Of("clamp", ("min", least), ("max", most)));
        throw new NodeException("of limits, 0 and 6 are known");
    }

    /// <summary>Before opset 13 the axis is the first of those that are flattened; 1 was meant for the features.</summary>
    private static string Softmax(OnnxCall call, string type)
    {
        var axis = call.Node.Whole("axis") ?? (call.Reader.Opset < 13 ? 1 : -1);
        return axis is >= -8 and <= 8 ? call.Add(Layers.Of(type, ("axis", axis))) : throw new NodeException("its axis does not exist");
    }

    private static string Gemm(OnnxCall call)
    {
        var weight = call.Tensor(1).Dims;
        if (weight.Count != 2 || (call.Node.Whole("transA") ?? 0) != 0)
            throw new NodeException("its first matrix is transposed");
        var turned = (call.Node.Whole("transB") ?? 0) != 0;
        return call.Add(Layers.Of(
            "linear",
            ("in_features", turned ? weight[1] : weight[0]),
            ("out_features", turned ? weight[0] : weight[1]),
            ("bias", call[2] is null ? false : null)
        ), "", OnnxAxes.FeaturesLast(call));
    }

    private static string MatMul(OnnxCall call)
    {
        if (call[1] is { Tensor: { Dims: [var from, var to] } } && call[0]?.Layer is not null)
            return call.Add(
                Layers.Of("linear", ("in_features", from), ("out_features", to), ("bias", false)),
                "",
                OnnxAxes.FeaturesLast(call)
            );
        if (call[0]?.Layer is { } a && call[1]?.Layer is { } b && Layers.Exists("matmul"))
            return call.Add(Layers.Of("matmul"), "", a, b);
        throw new NodeException("products of two layers are not known yet");
    }

    private static string Elementwise(OnnxCall call, string type)
    {
        var layers = Enumerable.Range(0, call.Node.Inputs.Count).Select(i => call[i]?.Layer).ToList();
        if (layers.TrueForAll(layer => layer is not null))
        {
            if (!Layers.Exists(type))
                throw new NodeException("the language has no such layer yet");
            return call.Add(Layers.Of(type), "", OnnxAxes.Alike(call, [.. layers.OfType<string>()]));
        }

        var constant = Enumerable.Range(0, call.Node.Inputs.Count).FirstOrDefault(i => call[i] is { Layer: null }, -1);
        if (layers.Count != 2 || constant < 0 || layers[1 - constant] is not { } layer)
            throw new NodeException("one of its inputs is not known");
        return call[constant]!.Scalar is { } number
            ? WithNumber(call, type, layer, number, isFirst: constant == 0)
            : WithTensor(call, type, layer, call[constant]!);
    }

    private static string Pow(OnnxCall call) => call[1]?.Scalar switch
    {
        2 => call.Add(Layers.Of("square")),
        { } exponent when double.IsFinite(exponent) => call.Add(Layers.Of("pow", ("exponent", exponent))),
        _ => throw new NodeException("its exponent is no number"),
    };

    private static string WithNumber(OnnxCall call, string type, string layer, double number, bool isFirst)
    {
        (double Scale, double Shift)? line = (type, isFirst) switch
        {
            ("add", _) => (1, number),
            ("subtract", false) => (1, -number),
            ("subtract", true) => (-1, number),
            ("multiply", _) => (number, 0),
            ("divide", false) when number != 0 => (1 / number, 0),
            _ => null,
        };
        if (line is not { } found || !double.IsFinite(found.Scale) || !double.IsFinite(found.Shift))
            throw new NodeException("arithmetic with this number is not known");
        if (found.Scale == 1 && found.Shift == 0)
            return layer;
        return Layers.Exists("affine")
            ? call.Add(Layers.Of("affine", ("scale", found.Scale), ("shift", found.Shift)), "", layer)
            : throw new NodeException("arithmetic with numbers is not known yet");
    }

    /// <summary>The bias of a product before it, or a learned tensor.</summary>
    private static string WithTensor(OnnxCall call, string type, string layer, OnnxData data)
    {
        if (data.Grid is { } grid && Computed(call, layer, grid) is { } made)
            return call.Add(Layers.Of(type), "", call[0]?.Layer == layer ? [layer, made] : [made, layer]);
        if (data.Tensor is not { } tensor)
            throw new NodeException("one of its inputs is not known");
        if (
            type == "add"
            && call.Reader.Written.GetValueOrDefault(layer) is { } written
            && written["type"]!.GetValue<string>() is "linear" or "conv2d" or "conv1d"
            && written["bias"] is JsonValue bias
            && !bias.GetValue<bool>()
            && tensor.Count == written[written["type"]!.GetValue<string>() == "linear" ? "out_features" : "out_channels"]!.GetValue<long>()
            && (written["weights"] is not { } owner || call.Reader.Biases.GetValueOrDefault(owner.GetValue<string>()) == data.Origin)
            && call.Node.Inputs.Any(name => call.Reader.Value(name)?.Layer == layer && call.Reader.Users.GetValueOrDefault(name) == 1)
        )
        {
            written.Remove("bias");
            call.Reader.Biases[layer] = data.Origin;
            return layer;
        }

        if (!Layers.Exists("parameter") || tensor.Dims.Count == 0)
            throw new NodeException("arithmetic with a learned tensor is not known yet");
        var rank = call.Rank(call[0]?.Layer == layer ? 0 : 1) - 1;
        var learned = OnnxAxes.Learned(call, tensor, rank, call.Reader.Probe[layer]?.Axes);
        return call.Add(Layers.Of(type), "", call[0]?.Layer == layer ? [layer, learned] : [learned, layer]);
    }

    /// <summary>A constant that the graph computes, as layers.</summary>
    private static string? Computed(OnnxCall call, string layer, OnnxGrid grid)
    {
        if (call.Reader.Probe[layer]?.Axes is not { } axes || grid.Dims.SkipLast(axes.Length).Any(size => size != 1))
            return null;
        List<long> sizes = [.. Enumerable.Repeat(1L, Math.Max(0, axes.Length - grid.Dims.Length)), .. grid.Dims.TakeLast(axes.Length)];
        List<string> names = [.. axes.Select(axis => axis.Name())];
        return grid.Picks is not null ? OnnxPositions.Write(call, grid, sizes, names)
                ?? throw new NodeException("it looks up a table of weights otherwise than by relative positions")
            : OnnxMasks.Write(call, grid.Values!, sizes, names)
                ?? (grid.Values!.Length > OnnxConstants.MostNumbers
                    ? throw new NodeException("a constant that the graph computes is known where it is a mask of windows")
                    : null);
    }

    private static string Cast(OnnxCall call) =>
        call.Node.Whole("to") switch
        {
            FileTensor.Float or FileTensor.Double or 10 or 16 => call.Shape()?.DType == Domain.Shapes.DType.Int64
                ? call.Add(Layers.Of("cast", ("dtype", "float32")))
                : call.Layer(),
            FileTensor.Int64 or FileTensor.Int32 => call.Shape()?.DType == Domain.Shapes.DType.Int64
                ? call.Layer()
                : call.Add(Layers.Of("cast", ("dtype", "int64"))),
            _ => throw new NodeException("its element type is not known"),
        };
}
