using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Planning;

/// <summary>A network that compiles: every shape known, layers in execution order. Only the planner makes one.</summary>
public sealed class Plan
{
    internal Plan(
        Graph graph,
        IReadOnlyList<PlannedLayer> layers,
        IReadOnlyList<GraphOutput> outputs,
        WireShapes shapes
    )
    {
        Inputs = graph.Inputs;
        Layout = graph.Layout;
        Layers = layers;
        Outputs = outputs;
        Shapes = shapes;
    }

    public Layout Layout { get; }

    public IReadOnlyList<InputSpec> Inputs { get; }

    public IReadOnlyList<PlannedLayer> Layers { get; }

    /// <summary>Names as the spec gives them, wires resolved to planned layers.</summary>
    public IReadOnlyList<GraphOutput> Outputs { get; }

    /// <summary>The wires as numbers.</summary>
    public Wiring Wiring => field ??= new(this);

    /// <summary>The shape of every spec input and every layer output.</summary>
    public WireShapes Shapes { get; }
}
