namespace ConcatService.Domain.Planning;

/// <summary>
/// A plan's wires as numbers: which layer reads which. Layers come first, in execution order; the inputs are numbered behind them.
/// </summary>
public sealed class Wiring
{
    private readonly Dictionary<string, int> _numbers;
    private readonly int[] _starts, _sources;

    internal Wiring(Plan plan)
    {
        var layers = plan.Layers;
        Layers = layers.Count;
        Count = Layers + plan.Inputs.Count;
        _numbers = new(Count);
        for (var i = 0; i < plan.Inputs.Count; i++)
            _numbers[plan.Inputs[i].Name] = Layers + i;
        _starts = new int[Layers + 1];
        var sources = new List<int>(Layers * 2);
        var before = "";
        for (var i = 0; i < Layers; i++)
        {
            foreach (var wire in layers[i].Inputs)
                sources.Add(ReferenceEquals(wire.Source, before) ? i - 1 : _numbers[wire.Source]);     // most read the one before them
            _numbers[before = layers[i].Name] = i;
            _starts[i + 1] = sources.Count;
        }

        _sources = [.. sources];
    }

    /// <summary>How many layers there are: the number of the first input.</summary>
    public int Layers { get; }

    /// <summary>Layers and inputs.</summary>
    public int Count { get; }

    /// <summary>What a layer reads, in order.</summary>
    public ReadOnlySpan<int> Sources(int layer) => _sources.AsSpan(_starts[layer], _starts[layer + 1] - _starts[layer]);

    /// <summary>The number of a layer or input, by its full name.</summary>
    public int NumberOf(string name) => _numbers[name];
}
