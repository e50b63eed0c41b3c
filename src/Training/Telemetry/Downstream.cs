using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Telemetry;

namespace ConcatService.Training.Telemetry;

/// <summary>A merge and all that is computed from what it gives.</summary>
internal sealed class Downstream
{
    private readonly HashSet<string> _readers;

    public Downstream(Plan plan, ConcatNode node)
    {
        Node = node;
        // A fusion's other layers read the branches too: its gates.
        var isWritten = node.Layer.Layer.EdgeOf(0) is not null;
        var path = node.Layer.Path.ToString();
        _readers = [.. plan.Layers.Where(layer => isWritten ? layer.Name == node.Name : IsPart(layer)).Select(layer => layer.Name)];
        var (given, layers) = (new HashSet<string>(), new List<int>());
        for (var i = 0; i < plan.Layers.Count; i++)
        {
            var layer = plan.Layers[i];
            var reads = _readers.Contains(layer.Name) && layer.Inputs.Any(wire => node.Branches.Any(branch => branch.Source == wire));
            if (!reads && !layer.Inputs.Any(wire => given.Contains(wire.Source)))
                continue;
            given.Add(layer.Name);
            layers.Add(i);
        }

        Layers = layers;
        Known = [.. layers.SelectMany(i => plan.Layers[i].Inputs).Where(wire => !given.Contains(wire.Source)).Distinct()];
        var all = plan.Layers.Sum(layer => (double)(layer.Macs ?? 0));
        Share = all > 0 ? Math.Clamp(layers.Sum(i => (double)(plan.Layers[i].Macs ?? 0)) / all, 0.1, 1) : 1;

        bool IsPart(PlannedLayer layer) => layer.Layer.EdgeOf(0) is null && layer.Path.ToString() == path;
    }

    public ConcatNode Node { get; }

    /// <summary>Positions in the plan.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <summary>What these layers read and do not give.</summary>
    public IReadOnlyList<Wire> Known { get; }

    /// <summary>Of the network's work, 0.1 to 1.</summary>
    public double Share { get; }

    /// <summary>Whether a layer reads a branch of the merge here.</summary>
    public bool Reads(string layer) => _readers.Contains(layer);
}
