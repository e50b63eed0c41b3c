using System.Text.Json.Nodes;
using ConcatService.Domain.Jobs;

namespace ConcatService.Import.Onnx;

/// <summary>
/// ONNX to a spec: each node becomes a layer, by a closed table. Arithmetic on shapes (Shape, Gather, Concat, …) is done while reading, so
/// that a Reshape or Resize gets numbers.
/// </summary>
internal sealed class OnnxReader
{
    private readonly OnnxFile _file;
    private readonly ImportOptions _options;
    private readonly Dictionary<string, OnnxData> _values = [];
    private readonly OnnxSources _sources = new();
    private long _elements;

    private OnnxReader(OnnxFile file, ImportOptions options) => (_file, _options) = (file, options);

    public SpecWriter Spec { get; } = new();

    public ShapeProbe Probe { get; } = new("channels_first");

    /// <summary>The batch of the sample with which the file was made; null where it is open.</summary>
    public long? BatchSize =>
        _file.Inputs.FirstOrDefault(input => !_file.Tensors.ContainsKey(input.Name))?.Sizes is [long size and >= 1, ..]
            ? size
            : null;

    /// <summary>The layer that has the weights of a node, by their names.</summary>
    public Dictionary<string, string> Owners { get; } = [];

    /// <summary>The bias that a node of its own gave to a layer, by the layer's name.</summary>
    public Dictionary<string, string?> Biases { get; } = [];

    public long Opset => _file.Opset;

    /// <summary>Layers that stand for a constant of the graph, by what it is: several nodes may compute the same.</summary>
    public Dictionary<string, string> Made { get; } = [];

    /// <summary>The layers as they were written, for what a later node changes about them.</summary>
    public Dictionary<string, JsonObject> Written { get; } = [];

    /// <exception cref="ImportException">The stream is no ONNX model.</exception>
    public static ImportedNetwork Read(Stream stream, ImportOptions options) => new OnnxReader(OnnxFileReader.Read(stream), options).Read();

    /// <summary>The network, and by the key of each parameter of its spec the initializer that it is.</summary>
    /// <exception cref="ImportException">The stream is no ONNX model.</exception>
    public static (ImportedNetwork Network, IReadOnlyDictionary<string, TensorSource> Sources) ReadWithSources(
        Stream stream,
        ImportOptions options
    )
    {
        var reader = new OnnxReader(OnnxFileReader.Read(stream), options);
        return (reader.Read(), reader._sources.ByKey);
    }

    private ImportedNetwork Read()
    {
        foreach (var (name, tensor) in _file.Tensors)
            _values[name] = OnnxData.Of(tensor) with { Origin = name, Source = new(name) };
        var readers = _file.Nodes.Where(node => node.Inputs.Count > 0).ToLookup(node => node.Inputs[0]);
        foreach (var input in _file.Inputs.Where(input => !_file.Tensors.ContainsKey(input.Name)))
            AddInput(input, readers[input.Name].FirstOrDefault());
        Users = _file.Nodes.SelectMany(node => node.Inputs).Concat(_file.Outputs).CountBy(name => name).ToDictionary();
        foreach (var node in _file.Nodes)
            Write(node);
        foreach (var output in _file.Outputs)
        {
            var layer = _values.GetValueOrDefault(output)?.Layer ?? _values.GetValueOrDefault(output)?.View?.Layer;
            if (layer is not null && !Spec.Outputs.Contains(layer) && Written.ContainsKey(layer.Split(':')[0]))
                Spec.Output(layer);
        }

        if (Written.Count == 0)
            throw new ImportException("import.malformed", "The graph has no node that works on its inputs.");
        var opset = _file.Opset is > 0 and < 1000 ? $"onnx opset {_file.Opset}" : "onnx";
        return Spec.Finish("onnx", opset, "onnx") with
        {
            Count = new(_file.Tensors.Values.Where(tensor => tensor.Type is FileTensor.Float or FileTensor.Double && tensor.Dims.Count > 0)
                .Aggregate(0L, (sum, tensor) => Domain.Shapes.Saturating.Add(sum, tensor.Count)), "initializers, with running statistics"),
        };
    }

    /// <summary>How often each value is read.</summary>
    public Dictionary<string, int> Users { get; private set; } = [];

    /// <summary>Whether there is room for one more constant that the graph computes; then it is counted.</summary>
    public bool CanMake(OnnxGrid grid)
    {
        var count = OnnxGrid.CountOf(grid.Dims);
        if (count > OnnxGrid.Most || _elements + count > OnnxGrid.MostTogether)
            return false;
        _elements += count;
        return true;
    }

    public OnnxData? Value(string name) => _values.GetValueOrDefault(name);

    public void Set(string name, OnnxData value) => _values[name] = value;

    private void AddInput(FileValue input, FileNode? reader)
    {
        var own = Spec.Unique(input.Name.Length == 0 ? "input" : input.Name);
        var sizes = (input.Sizes ?? []).Skip(1).Take(6).Select(size => size switch
        {
            long known and >= 1 and <= int.MaxValue => known,
            string symbol when symbol.Length > 0 => Symbol(symbol),
            _ => (object?)null,
        }).ToList();
        if (_options.Input is { } given && _values.Values.All(value => value.Layer is null))
            sizes = [.. given.Shape];
        for (var i = 0; i < sizes.Count; i++)
            sizes[i] ??= i == 0 && sizes.Count >= 3 ? (object)3L : $"S{i}";
        if (sizes.Count is 0 or > 4)
        {
            if (input.Sizes is { Count: <= 1 })
                Spec.Gap(own, $"The input {own} has no size besides the batch. It is left out.", null, null);
            else
                throw new ImportException(
                    "import.input", $"The sizes of the input '{own}' are not in the file. Say them as input={own}:3x224x224.");
            return;
        }

        var isWhole = input.Type is FileTensor.Int64 or FileTensor.Int32;
        string[]? axes = sizes.Count == 2 && !isWhole && reader?.Type is "MatMul" or "Gemm" or "LayerNormalization" or "Add"
            ? ["time", "features"]
            : null;
        var shape = sizes.Select(size => size is long number ? (JsonNode)number : (JsonNode)(string)size!);
        Spec.Input(own, shape, isWhole ? "int64" : null, axes);
        Probe.Set(own, ProbedShape.OfInput(Spec.InputsAlone("channels_first"), own));
        _values[input.Name] = OnnxData.Of(own);
    }

    /// <summary>The name of a symbol, in the letters that the language has.</summary>
    private static string Symbol(string text)
    {
        var legal = string.Concat(text.Where(char.IsAsciiLetterOrDigit));
        return legal.Length == 0 || legal == "N" || char.IsAsciiDigit(legal[0]) ? $"S{legal}" : legal[..Math.Min(30, legal.Length)];
    }

    private void Write(FileNode node)
    {
        var place = Place.Of(node.Number, 1, $"{node.Type} {node.Name}".TrimEnd());
        var call = new OnnxCall(this, node, place);
        if (OnnxFolding.TryFold(call) || node.Outputs.Count == 0)
            return;
        try
        {
            if (node.Domain is not ("" or "ai.onnx"))
                throw new NodeException($"its domain {Shown(node.Domain)} is not read");
            if (OnnxViews.TryWrite(call))
                return;
            var write = OnnxNodes.Find(node.Type) ?? throw new NodeException("it is not known");
            _values[node.Outputs[0]] = OnnxData.Of(Write(call, write));
        }
        catch (NodeException fault)
        {
            WriteUnknown(call, fault.Message);
        }
    }

    /// <summary>Writes a node whose batch is in front, and keeps which tensors its parameters are.</summary>
    public string Write(OnnxCall call, OnnxNodes.Writer write)
    {
        var before = Spec.LayerCount;
        var output = write(call);
        _sources.Note(call, output, before);
        return output;
    }

    private static string Shown(string text) => text[..Math.Min(60, text.Length)];

    private void WriteUnknown(OnnxCall call, string message)
    {
        var input = call.Node.Inputs
            .Select(name => Value(name)?.Layer ?? Value(name)?.View?.Layer)
            .FirstOrDefault(layer => layer is not null);
        if (input is null)
        {
            if (call.Node.Inputs.Any(name => name.Length > 0 && Value(name) is null) || call.Node.Inputs.Count == 0)
                Spec.Gap(Shown(call.Node.Type), $"{Shown(call.Name)} ({Shown(call.Node.Type)}): {message}.", null, call.Place);
            return;
        }

        var stands = Layers.Exists("opaque") ? Layers.Of("opaque", ("of", Shown(call.Node.Type)), ("like", input)) : Layers.Of("identity");
        var added = call.Add(stands, "", input);
        Spec.Unknown(
            Shown(call.Node.Type),
            $"{added} ({Shown(call.Node.Type)}): {message}. Its output is taken to be as large as its input.",
            added,
            call.Place
        );
        _values[call.Node.Outputs[0]] = OnnxData.Of(added);
    }
}

/// <summary>A node that cannot be read; it becomes a gap with this message.</summary>
internal sealed class NodeException(string message) : Exception(message);
