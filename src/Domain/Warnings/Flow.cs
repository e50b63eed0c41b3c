using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Warnings;

/// <summary>
/// A plan as numbers: which layer feeds which, and what each does. Layers come first, in execution order; the spec's inputs are numbered
/// behind them.
/// </summary>
internal sealed class Flow
{
    private readonly Wiring _wiring;
    private readonly HashSet<int> _outputs = [];
    private HashSet<string>? _written;
    private readonly bool[] _isMerge, _joinsFeatures, _isPointwise, _isTransposed;

    public Flow(Compilation compiled)
    {
        var plan = compiled.Plan!;
        Compiled = compiled;
        Inputs = plan.Inputs;
        Layers = [.. plan.Layers];
        Effects = new Effect[Layers.Length];
        Uses = new int[Layers.Length + Inputs.Count];
        _wiring = plan.Wiring;
        (_isMerge, _joinsFeatures) = (new bool[Layers.Length], new bool[Layers.Length]);
        (_isPointwise, _isTransposed) = (new bool[Layers.Length], new bool[Layers.Length]);
        for (var i = 0; i < Layers.Length; i++)
        {
            var layer = Layers[i];
            Effects[i] = layer.Operator.Effect;
            var window = layer.Operator.Window;
            _isTransposed[i] = window is { IsTransposed: true };
            _isPointwise[i] =
                Effects[i].Has(Effect.Weighs)
                && layer.Operator.FeatureFlow == FeatureFlow.Mixed
                && window is null or { IsTransposed: false, LargestKernel: 1 };
            if (layer.Outputs.Length > 1 && layer.Operator.HasPorts)
                Splits.Add(i);
            if (layer.Operator is IMerge)
            {
                Merges.Add(i);
                _isMerge[i] = true;
                _joinsFeatures[i] =
                    layer.Operator is IMerge { JoinedAxis: { } axis }
                    && layer.Output.Axes[axis.PositionIn(layer.Output)!.Value] == Axis.Channels;
            }

            foreach (var source in Sources(i))
                Uses[source]++;
        }

        foreach (var output in plan.Outputs)
        {
            var number = _wiring.NumberOf(output.Wire.Source);
            Uses[number]++;
            _outputs.Add(number);
        }
    }

    public Compilation Compiled { get; }

    public PlannedLayer[] Layers { get; }

    public IReadOnlyList<InputSpec> Inputs { get; }

    /// <summary>What each layer does to the numbers that pass through it.</summary>
    public Effect[] Effects { get; }

    /// <summary>How often each layer and input is read, by layers and as an output of the network.</summary>
    public int[] Uses { get; }

    /// <summary>The layers where branches meet.</summary>
    public List<int> Merges { get; } = [];

    /// <summary>The layers whose outputs are known by number.</summary>
    public List<int> Splits { get; } = [];

    public int Count => Uses.Length;

    /// <summary>What a layer reads, in order.</summary>
    public ReadOnlySpan<int> Sources(int layer) => _wiring.Sources(layer);

    public bool IsInput(int source) => source >= Layers.Length;

    /// <summary>Whether it is a layer without inputs: a tensor of the network's own, through which no signal comes.</summary>
    public bool IsOwn(int source) => !IsInput(source) && Sources(source).Length == 0;

    public bool IsMerge(int layer) => _isMerge[layer];

    /// <summary>Whether the network gives it out, so that a loss is told of it.</summary>
    public bool IsOutput(int source) => _outputs.Contains(source);

    /// <summary>Whether the layer is a concat along the features.</summary>
    public bool JoinsFeatures(int layer) => _joinsFeatures[layer];

    /// <summary>
    /// Whether the layer mixes all features of each place and sees nothing of its neighbors: a 1x1 convolution, or a linear layer.
    /// </summary>
    public bool IsPointwise(int layer) => _isPointwise[layer];

    /// <summary>Whether the layer is a transposed convolution.</summary>
    public bool IsTransposed(int layer) => _isTransposed[layer];

    /// <summary>The name by which people know a layer or input.</summary>
    public string NameOf(int source)
    {
        if (IsInput(source))
            return Inputs[source - Layers.Length].Name;
        var name = Layers[source].Name;
        return Compiled.Graph.KnownAs.GetValueOrDefault(name, name);
    }

    /// <summary>Whether the spec has the layer, and not a composite layer that is made of it.</summary>
    public bool IsWritten(int layer) => (_written ??= [.. Compiled.Graph.Layers.Select(each => each.Name)]).Contains(Layers[layer].Name);

    /// <summary>The type of a layer; empty for an input.</summary>
    public string KindOf(int source) => IsInput(source) ? "" : Layers[source].Operator.Kind;

    /// <summary>What a layer or input gives.</summary>
    public Shape ShapeOf(int source) => IsInput(source) ? Inputs[source - Layers.Length].Shape : Layers[source].Output;

    /// <summary>An input of a layer as the spec writes it: <c>coarse</c>, <c>branch 1</c>.</summary>
    public string InputName(int layer, int input) =>
        Layers[layer].Layer.EdgeOf(input)?.Written ?? NameOf(Sources(layer)[input]);
}
