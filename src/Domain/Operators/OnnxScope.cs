using System.Globalization;

namespace ConcatService.Domain.Operators;

/// <summary>
/// What an operator emits its ONNX form with: the names of its inputs, its parameters, and nodes whose last one is the layer's output.
/// </summary>
/// <remarks>Tensors are in memory order (features right after the batch): maps are channels-first whatever the spec's layout is.</remarks>
public sealed class OnnxScope
{
    private readonly OnnxNodes _nodes;
    private readonly string[] _inputs;
    private int _parts;

    internal OnnxScope(OnnxNodes nodes, PlannedLayer layer)
    {
        _nodes = nodes;
        Layer = layer;
        _inputs = [.. layer.Inputs.Select(nodes.Tensor)];
    }

    public PlannedLayer Layer { get; }

    public string Input => _inputs[0];

    public IReadOnlyList<string> Inputs => _inputs;

    /// <summary>The number of samples, as a tensor of one whole number.</summary>
    public string BatchSize => Layer.Layer.Steps is { } steps ? _nodes.BatchSizeOf(steps) : _nodes.BatchSize;

    /// <summary>The layer's output; the last node emitted must give it.</summary>
    public string Output => _nodes.Tensor(new(Layer.Name));

    /// <summary>The name of a declared parameter's initializer.</summary>
    public string Parameter(string name)
    {
        var declared = Layer.Parameters.Single(parameter => parameter.Name == name);
        var key = Layer.KeyOf(declared);
        _nodes.AddInitializer(new(key, declared.Dims, key, null));
        return key;
    }

    /// <summary>The input, the parameter <c>weight</c> and, where there is one, <c>bias</c>: what Conv and Gemm take.</summary>
    public IReadOnlyList<string> InputAndWeights(bool bias) =>
        bias ? [Input, Parameter("weight"), Parameter("bias")] : [Input, Parameter("weight")];

    /// <summary>An initializer of whole numbers: shapes, axes, pads.</summary>
    public string Constant(params long[] values) => Constant(values, [values.Length]);

    /// <summary>An initializer with one whole number and no dimension: a Gather by it takes the dimension away.</summary>
    public string Index(long value) => Constant(new[] { value }, []);

    /// <summary>An initializer with one number.</summary>
    public string Scalar(double value) => Constant(new[] { (float)value }, []);

    /// <summary>An initializer of real numbers.</summary>
    public string Floats(float[] values, params long[] dims) => Constant(values, dims);

    /// <summary>A node that takes the layer's inputs (or these) and gives the layer's output.</summary>
    public void Add(string opType, params (string Name, object Value)[] attributes) => Add(opType, _inputs, attributes);

    public void Add(string opType, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes) =>
        _nodes.Add(new(opType, Layer.Name, inputs, [Output], attributes));

    /// <summary>A node that gives all outputs of a layer with several.</summary>
    public void AddAll(string opType, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes) =>
        _nodes.Add(
            new(opType, Layer.Name, inputs, [.. Layer.Outputs.Select((_, port) => _nodes.Tensor(new(Layer.Name, port)))], attributes)
        );

    /// <summary>The node that gives one of several outputs.</summary>
    public void AddPort(int port, string opType, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes) =>
        _nodes.Add(
            new(opType, port == 0 ? Layer.Name : $"{Layer.Name}:{port}", inputs, [_nodes.Tensor(new(Layer.Name, port))], attributes)
        );

    /// <summary>A node on the way; returns the name of its output.</summary>
    public string Part(string opType, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Layer.Name}#{_parts++}");
        _nodes.Add(new(opType, name, inputs, [$"/{name}"], attributes));
        return $"/{name}";
    }

    /// <summary>A node on the way with several outputs; returns their names.</summary>
    public string[] Parts(int outputs, string opType, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Layer.Name}#{_parts++}");
        string[] given = [.. Enumerable.Range(0, outputs).Select(output => output == 0 ? $"/{name}" : $"/{name}:{output}")];
        _nodes.Add(new(opType, name, inputs, given, attributes));
        return given;
    }

    /// <summary>
    /// Swaps the dimension at <paramref name="index"/> with the last one; what was last is at <paramref name="index"/> then.
    /// </summary>
    public string FeaturesLast(string x, int rank, int index) =>
        index == rank - 1 ? x : Part("Transpose", [x], ("perm", Swapped(rank, index)));

    /// <summary>Swaps back, as the layer's output.</summary>
    public void AddFromFeaturesLast(string x, int rank, int index)
    {
        if (index == rank - 1)
            Add("Identity", [x]);
        else
            Add("Transpose", [x], ("perm", Swapped(rank, index)));
    }

    private static long[] Swapped(int rank, int index) =>
        [
            .. Enumerable
                .Range(0, rank)
                .Select(i =>
                    (long)(
                        i == index ? rank - 1
                        : i == rank - 1 ? index
                        : i
                    )
                ),
        ];

    private string Constant(Array values, long[] dims)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{Layer.Name}#{_parts++}");
        _nodes.AddInitializer(new(name, dims, null, values));
        return name;
    }
}
