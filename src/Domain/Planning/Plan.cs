using ConcatService.Domain.Graphs;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Planning;

/// <summary>A layer with every shape known. Composite operators are gone: what is listed is what runs.</summary>
/// <param name="Name">The full name.</param>
/// <param name="Inputs">Where its inputs come from: planned layers or spec inputs, aliases resolved.</param>
/// <param name="InputShapes">One for each input.</param>
/// <param name="Outputs">One shape for each output port.</param>
public sealed record PlannedLayer(string Name, Operator Operator, SpecPath Path, Wire[] Inputs, Shape[] InputShapes, Shape[] Outputs, IReadOnlyList<Edge> Edges)
{
    public Shape Input => InputShapes[0];

    public Shape Output => Outputs[0];

    /// <summary>Declared by the operator; the key of a parameter is <c>layer.parameter</c>.</summary>
    public IReadOnlyList<Parameter> Parameters => field ??= Operator.Parameters(this).ToArray();

    /// <summary>The key of a parameter in the model, in checkpoints and in ONNX: <c>stem.weight</c>.</summary>
    public string KeyOf(Parameter parameter) => $"{Name}.{parameter.Name}";

    /// <summary>Multiply-accumulates for one sample; null when a size is symbolic.</summary>
    public long? Macs => Operator.Macs(this);

    /// <summary>Trainable numbers, as PyTorch counts them.</summary>
    public long ParameterCount => Count(trainable: true);

    /// <summary>Running statistics, which Keras adds to its totals.</summary>
    public long BufferCount => Count(trainable: false);

    private long Count(bool trainable)
    {
        var sum = 0L;
        for (var i = 0; i < Parameters.Count; i++)
        {
            if (Parameters[i].Trainable == trainable)
                sum = Saturating.Add(sum, Parameters[i].Count);
        }

        return sum;
    }
}

/// <summary>A network that compiles: every shape known, layers in execution order. Only the planner makes one.</summary>
public sealed class Plan
{
    internal Plan(Graph graph, IReadOnlyList<PlannedLayer> layers, IReadOnlyList<GraphOutput> outputs, IReadOnlyDictionary<Wire, Shape> shapes)
    {
        Inputs = graph.Inputs;
        Layout = graph.Layout;
        Layers = layers;
        Outputs = outputs;
        Shapes = shapes;
    }

    public Layout Layout { get; }

    public IReadOnlyList<GraphInput> Inputs { get; }

    public IReadOnlyList<PlannedLayer> Layers { get; }

    /// <summary>Names as the spec gives them, wires resolved to planned layers.</summary>
    public IReadOnlyList<GraphOutput> Outputs { get; }

    /// <summary>The shape of every spec input and every layer output.</summary>
    public IReadOnlyDictionary<Wire, Shape> Shapes { get; }
}
