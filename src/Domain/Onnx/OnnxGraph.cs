using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Onnx;

/// <summary>An ONNX model as plain records (opset 17, IR 8); Training turns it into bytes.</summary>
public sealed record OnnxGraph(
    IReadOnlyList<OnnxValue> Inputs,
    IReadOnlyList<OnnxValue> Outputs,
    IReadOnlyList<OnnxNode> Nodes,
    IReadOnlyList<OnnxTensor> Initializers
);

/// <summary>An input or output; a symbolic dimension is its expression's text.</summary>
public sealed record OnnxValue(string Name, DType DType, IReadOnlyList<Dim> Dims);

/// <summary>A node with its operator's ONNX name. Attribute values: long, double (stored as float), string, long[], double[].</summary>
public sealed record OnnxNode(
    string OpType,
    string Name,
    IReadOnlyList<string> Inputs,
    IReadOnlyList<string> Outputs,
    IReadOnlyList<(string Name, object Value)> Attributes
);

/// <summary>An initializer: a parameter of the model by key (<c>layer.weight</c>; the values are the trained ones), or constants.</summary>
/// <param name="Key">The parameter's key, when its values come from the trained model.</param>
/// <param name="Constants">long[] or float[], when they do not.</param>
public sealed record OnnxTensor(string Name, IReadOnlyList<long> Dims, string? Key, Array? Constants);
