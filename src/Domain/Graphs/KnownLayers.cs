using ConcatService.Domain.Operators;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Graphs;

/// <summary>
/// The layers of a spec that was expanded before, for one in which a few are others: what nothing can have changed is taken from there.
/// </summary>
internal sealed class KnownLayers
{
    private readonly Spec _before;
    private readonly Layer[] _layers;
    private readonly IReadOnlyList<int> _starts;
    private readonly int _unmoved;

    private KnownLayers(Spec spec, Spec before, Graph expanded, IReadOnlyList<int> starts)
    {
        _before = before;
        _layers = [.. expanded.Layers];
        _starts = starts;
        while (_unmoved < Math.Min(spec.Layers.Count, before.Layers.Count) && MeanTheSame(spec.Layers[_unmoved], before.Layers[_unmoved]))
            _unmoved++;
    }

    /// <summary>Null where the layers were not expanded as they were written.</summary>
    public static KnownLayers? Of(Spec spec, Spec before, Graph expanded) =>
        expanded.Starts is { } starts && spec.Layout == before.Layout && ReferenceEquals(spec.Inputs, before.Inputs)
            ? new(spec, before, expanded, starts)
            : null;

    /// <summary>The layer with its shorthand, where it is the very same and so are all names before it; otherwise nothing.</summary>
    public ReadOnlySpan<Layer> Of(LayerSpec layer, int position)
    {
        if (position >= _unmoved || layer is not OperatorSpec { Name: not null } one || !ReferenceEquals(layer, _before.Layers[position]))
            return [];
        var count = 1 + (one.Norm is null ? 0 : 1) + (one.Activation is null ? 0 : 1);
        return _layers.AsSpan(_starts[position], count);
    }

    /// <summary>Whether every reference behind them means the same for both.</summary>
    private static bool MeanTheSame(LayerSpec now, LayerSpec before) =>
        ReferenceEquals(now, before)
        || (
            now is OperatorSpec one
            && before is OperatorSpec other
            && one.Name is not null
            && one.Name == other.Name
            && (one.Norm is null) == (other.Norm is null)
            && (one.Activation is null) == (other.Activation is null)
            && one.Operator.HasPorts == other.Operator.HasPorts
        );
}
