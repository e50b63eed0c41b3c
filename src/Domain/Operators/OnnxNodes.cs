using ConcatService.Domain.Onnx;

namespace ConcatService.Domain.Operators;

/// <summary>The nodes and initializers of an ONNX graph that is being emitted, and the names of its tensors.</summary>
internal sealed class OnnxNodes
{
    private readonly List<OnnxNode> _nodes = [];
    private readonly Dictionary<string, OnnxTensor> _initializers = [];
    private readonly Dictionary<Wire, string> _inputs = [];
    private readonly Dictionary<string, string> _folded = [];
    private string? _anyInput, _batchSize;

    public IReadOnlyList<OnnxNode> Nodes => _nodes;

    public IEnumerable<OnnxTensor> Initializers => _initializers.Values;

    public void Add(OnnxNode node) => _nodes.Add(node);

    public void AddInitializer(OnnxTensor tensor) => _initializers.TryAdd(tensor.Name, tensor);

    /// <summary>Says which tensor the layers read for an input of the network.</summary>
    public void AddInput(string name, string tensor)
    {
        _inputs[new(name)] = tensor;
        _anyInput ??= tensor;
    }

    /// <summary>The number of samples, as a tensor of one whole number; emitted when it is first asked for.</summary>
    public string BatchSize => _batchSize ??= EmitBatchSize("", _anyInput!);

    /// <summary>The number of samples times that of the steps, inside of a time_distributed.</summary>
    public string BatchSizeOf(string steps)
    {
        if (!_folded.TryGetValue(steps, out var size))
            _folded[steps] = size = EmitBatchSize(steps, Tensor(new($"{steps}/{Layer.FoldPart}")));
        return size;
    }

    /// <summary>
    /// The tensor that a wire carries. <c>/</c> is reserved in names, so that tensors inside never meet the names at the boundary.
    /// </summary>
    public string Tensor(Wire wire) => _inputs.GetValueOrDefault(wire, $"/{wire}");

    private string EmitBatchSize(string name, string tensor)
    {
        Add(new("Shape", $"{name}#shape", [tensor], [$"/{name}#shape"], []));
        AddInitializer(new("#first", [1], null, new long[] { 0 }));
        AddInitializer(new("#second", [1], null, new long[] { 1 }));
        Add(new("Slice", $"{name}#batch", [$"/{name}#shape", "#first", "#second"], [$"/{name}#batch"], []));
        return $"/{name}#batch";
    }
}
