using ConcatService.Domain.Shapes;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Graphs;

/// <summary>
/// What a list of layers comes to when its branches, repetitions and blocks are unrolled: counted beforehand, so that what is too much
/// never costs.
/// </summary>
/// <param name="Layers">Layers that compute.</param>
/// <param name="Steps">Layers, structures and wires, also where they add no layer: empty repetitions.</param>
/// <param name="Letters">The length of all full names, which grow with every list that a layer stands in.</param>
internal readonly record struct Unrolled(long Layers, long Steps, long Letters)
{
    private const long MaxSteps = 10 * LayerReader.MaxLayers, MaxLetters = 250 * LayerReader.MaxLayers;

    /// <summary>What there is too much of, for a message; null when it fits.</summary>
    public string? Excess =>
        Layers > LayerReader.MaxLayers ? $"more than {LayerReader.MaxLayers} layers"
        : Steps > MaxSteps ? $"more than {MaxSteps} structures and wires"
        : Letters > MaxLetters ? $"names with more than {MaxLetters} letters together"
        : null;

    /// <param name="list">The list.</param>
    /// <param name="prefix">The length of what stands before a name of this list.</param>
    /// <param name="once">Whether repetitions count once.</param>
    public static Unrolled Of(LayerList list, bool once = false, int prefix = 0)
    {
        var sum = default(Unrolled);
        foreach (var layer in list.Layers)
            sum += Of(layer, once, prefix);
        return sum;
    }

    /// <summary>The innermost structure that is too large by itself; null when the list is so only as a whole.</summary>
    public static LayerSpec? Culprit(LayerList list)
    {
        foreach (var layer in list.Layers)
        {
            if (Of(layer, false, 0).Excess is null)
                continue;
            return layer.Lists.Select(Culprit).FirstOrDefault(inner => inner is not null) ?? layer;
        }

        return null;
    }

    public static Unrolled operator +(Unrolled a, Unrolled b) =>
        new(Saturating.Add(a.Layers, b.Layers), Saturating.Add(a.Steps, b.Steps), Saturating.Add(a.Letters, b.Letters));

    private static Unrolled Of(LayerSpec layer, bool once, int prefix)
    {
        var name = prefix + (layer.Name ?? layer.Type).Length;
        var own = new Unrolled(0, 1 + (layer.Inputs?.Length ?? 0), name);
        switch (layer)
        {
            case OperatorSpec one:
                var visible = 1 + (one.Norm is null ? 0 : 1) + (one.Activation is null ? 0 : 1);
                return own with { Layers = visible, Letters = (long)visible * name };
            case ParallelSpec parallel:
                own = own with { Layers = 1 };
                foreach (var branch in parallel.Branches)
                    own += Of(branch, once, name + "/branch0/".Length);
                return own;
            case StepsSpec steps:
                return own + new Unrolled(2, 1, name + "/fold".Length) + Of(steps.Body, once, name + "/".Length);
            case RepeatSpec repeat:
                var times = once ? 1 : repeat.Times ?? 1;
                var body = Of(repeat.Body, once, name + "/0/".Length);
                return own
                    + new Unrolled(
                        Saturating.Multiply(times, body.Layers),
                        Saturating.Multiply(times, body.Steps),
                        Saturating.Multiply(times, body.Letters)
                    );
            default:
                return own;
        }
    }
}
