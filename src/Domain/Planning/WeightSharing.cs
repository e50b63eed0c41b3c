using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Planning;

/// <summary>Sees to it that layers which share weights can: the same type and options, and weights of the same shape.</summary>
internal sealed class WeightSharing(Report report)
{
    private readonly Dictionary<string, PlannedLayer> _planned = [];
    private readonly List<PlannedLayer> _early = [];
    private readonly Dictionary<string, PlannedLayer?> _roots = [];

    /// <summary>
    /// Whether a layer fits the one whose weights it shares; reports why not. Where that one is not planned yet, <see cref="Close"/> asks.
    /// </summary>
    public bool Admits(PlannedLayer layer, ShapeContext context)
    {
        _planned.TryAdd(layer.Name, layer);
        if (!layer.SharesWeights)
            return true;
        if (Find(layer.Layer.Weights!) is not { } owner)
        {
            _early.Add(layer);
            return true;
        }

        if (Fault(layer, owner) is not { } fault)
            return true;
        var width = WidthOf(owner) is { } wanted && WidthOf(layer) != wanted ? new Wanted { Width = wanted } : null;
        context.Error(Codes.SharedWeights, fault, width);
        return false;
    }

    /// <summary>Asks of the layers that stand before the one whose weights they share.</summary>
    /// <param name="rows">Every layer: one without a shape has told its own fault.</param>
    public void Close(IEnumerable<LayerRow> rows)
    {
        var broken = rows.Where(row => row.Planned is null).Select(row => row.Layer.Name).ToHashSet();
        foreach (var layer in _early.Where(layer => !IsPartOf(layer.Layer.Weights!, broken)))
        {
            var fault =
                Root(layer) is { } owner ? Fault(layer, owner)
                : Find(layer.Layer.Weights!) is null
                    ? $"there is no layer '{layer.Layer.Weights}' with weights to share. Name one, or leave weights out."
                : $"its weights are those of {layer.Layer.Weights}, which are shared too, and none has its own: leave weights out at one.";
            if (fault is not null)
                report.Error(Codes.SharedWeights, layer.Path["weights"], $"{layer.Name}: {fault}", layer.Name);
        }

        foreach (var layer in _planned.Values.Where(layer => layer.SharesWeights))
            layer.Owner = Root(layer)?.Name ?? layer.Owner;
    }

    /// <summary>The layer at the end of the chain; null where it ends in nothing or goes in a circle.</summary>
    private PlannedLayer? Root(PlannedLayer layer)
    {
        PlannedLayer? at = layer;
        var passed = new List<string>();
        while (at is { SharesWeights: true } && !_roots.ContainsKey(at.Name))
        {
            passed.Add(at.Name);
            _roots[at.Name] = null;                                               // what comes by here again goes in a circle
            at = Find(at.Layer.Weights!);
        }

        var root = at is { SharesWeights: true } ? _roots[at.Name] : at;
        foreach (var name in passed)
            _roots[name] = root;
        return root;
    }

    /// <summary>Whether a name, or a structure that it is in, is one of these.</summary>
    private static bool IsPartOf(string name, HashSet<string> names)
    {
        while (!names.Contains(name))
        {
            if (!name.Contains('/', StringComparison.Ordinal))
                return false;
            name = name[..name.LastIndexOf('/')];
        }

        return true;
    }

    /// <summary>A layer that reads the other layout has its weights inside.</summary>
    private PlannedLayer? Find(string name) =>
        _planned.GetValueOrDefault($"{name}/{Layout.ChannelsFirst.Name()}")
        ?? _planned.GetValueOrDefault($"{name}/{Layout.ChannelsLast.Name()}")
        ?? _planned.GetValueOrDefault(name);

    private static string? Fault(PlannedLayer layer, PlannedLayer owner)
    {
        var (mine, theirs) = (layer.Operator, owner.Operator);
        if (mine.Kind != theirs.Kind)
            return $"its weights are those of {owner.Name}, which is {theirs.Kind} and not {mine.Kind}. Share weights of one type.";
        if (mine.WithoutWires() != theirs.WithoutWires())
            return $"its weights are those of {owner.Name}, a {theirs.Kind} with other options. Give both the same.";
        if (Dims(layer).SequenceEqual(Dims(owner)))
            return null;
        return WidthOf(owner) is { } wanted && WidthOf(layer) is { } arrives && wanted != arrives
            ? $"its weights are those of {owner.Name}, made for {wanted} features, and {arrives} arrive from {layer.Layer.InputName(0)}, "
                + $"{layer.Input.Sizes}."
            : $"its weights are those of {owner.Name}, made for {owner.Input.Sizes}, and {layer.Input.Sizes} arrives.";
    }

    private static IEnumerable<string> Dims(PlannedLayer layer) =>
        layer.Parameters.Select(parameter => $"{parameter.Name} {string.Join('x', parameter.Dims)}");

    private static long? WidthOf(PlannedLayer layer) =>
        layer.Inputs.Length > 0 && layer.Input.Has(Axis.Channels) ? layer.Input[Axis.Channels].Known : null;
}
