using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Planning;

/// <summary>
/// A plan cut for a training that recomputes: in execution order, each repetition and block is a section of which only what others read is
/// kept until the backward pass, where it runs again (Chen et al. 2016); what stands between them is a section that runs once.
/// </summary>
/// <remarks>
/// A concat at the edge of a unit is not kept either, but the pieces that it joins, which each reader joins again (Pleiss et al. 2017): of
/// a dense block, every layer's new channels once, and not all sums of them.
/// </remarks>
public sealed class Sections
{
    private readonly Plan _plan;
    private readonly List<Section> _each = [];
    private readonly Dictionary<Wire, Joint> _joints = [];

    private Sections(Plan plan) => _plan = plan;

    public IReadOnlyList<Section> Each => _each;

    /// <summary>What is kept, with the first section that reads it: after that one's backward pass it goes.</summary>
    public Dictionary<Wire, int> FirstReaders { get; } = [];

    /// <summary>What is not kept whole; null where it is.</summary>
    public Joint? JointOf(Wire wire) => _joints.GetValueOrDefault(wire);

    /// <param name="plan">The plan.</param>
    /// <param name="read">What is read at the end, by the loss.</param>
    /// <param name="canRepeat">Which layers give the same when they run again; null: all.</param>
    public static Sections Of(Plan plan, IEnumerable<Wire> read, Func<PlannedLayer, bool>? canRepeat = null)
    {
        var sections = new Sections(plan);
        sections.Cut(canRepeat ?? (_ => true));
        sections.Connect([.. read.Distinct()]);
        return sections;
    }

    private void Cut(Func<PlannedLayer, bool> canRepeat)
    {
        var layers = _plan.Layers;
        var plain = layers.Where(layer => !canRepeat(layer)).Select(layer => layer.Layer.Unit).ToHashSet();
        string? UnitOf(int i) => layers[i].Layer.Unit is { } unit && !plain.Contains(unit) ? unit : null;
        for (var i = 0; i < layers.Count;)
        {
            var (first, unit) = (i, UnitOf(i));
            while (++i < layers.Count && UnitOf(i) == unit)
                continue;
            _each.Add(new(first, i, unit is not null));
        }

        _each.Add(new(layers.Count, layers.Count, false));
    }

    private void Connect(Wire[] read)
    {
        var sectionOf = new int[_plan.Wiring.Count];
        Array.Fill(sectionOf, -1);
        var crossing = new HashSet<Wire>();
        for (var s = 0; s < _each.Count; s++)
        {
            var section = _each[s];
            for (var i = section.First; i < section.End; i++)
                sectionOf[i] = s;
            var wires = s == _each.Count - 1 ? read : section.Layers(_plan).SelectMany(layer => layer.Inputs);
            section.Entering.AddRange(wires.Distinct().Where(wire => sectionOf[_plan.Wiring.NumberOf(wire.Source)] != s));
            crossing.UnionWith(section.Entering);
        }

        foreach (var section in _each)
        {
            foreach (var layer in section.Layers(_plan))
            {
                for (var port = 0; port < layer.Outputs.Length; port++)
                {
                    if (!crossing.Contains(new(layer.Name, port)))
                        continue;
                    section.Leaving.Add(new(layer.Name, port));
                    if (section.RunsAgain)
                        Join(layer);
                }
            }
        }

        for (var s = 0; s < _each.Count; s++)
        {
            foreach (var wire in _each[s].Entering.SelectMany(wire => JointOf(wire)?.Pieces ?? [wire]))
                FirstReaders.TryAdd(wire, s);
        }
    }

    private void Join(PlannedLayer layer)
    {
        if (layer.Operator is not IMerge { JoinedAxis: { } joined })
            return;
        var axis = layer.Output.IndexOfPosition(joined.PositionIn(layer.Input)!.Value);
        if (Array.TrueForAll(layer.Inputs, wire => JointOf(wire) is not { } inner || inner.Axis == axis))
            _joints[new(layer.Name)] = new(axis, [.. layer.Inputs.SelectMany(wire => JointOf(wire)?.Pieces ?? [wire])]);
    }

    /// <summary>A value that is joined again wherever it is read.</summary>
    /// <param name="Axis">As libtorch counts it, in memory order.</param>
    public sealed record Joint(int Axis, IReadOnlyList<Wire> Pieces);
}

/// <summary>Layers that follow one another.</summary>
/// <param name="First">The position of the first in the plan.</param>
/// <param name="End">The position behind the last.</param>
/// <param name="RunsAgain">Whether it is forgotten on the way forward and runs again on the way back.</param>
public sealed record Section(int First, int End, bool RunsAgain)
{
    /// <summary>What it reads of sections before it, and of the network's inputs.</summary>
    public List<Wire> Entering { get; } = [];

    /// <summary>What sections behind it read.</summary>
    public List<Wire> Leaving { get; } = [];

    public IEnumerable<PlannedLayer> Layers(Plan plan)
    {
        for (var i = First; i < End; i++)
            yield return plan.Layers[i];
    }
}
