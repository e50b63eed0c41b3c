using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;
using ConcatService.Operators;

namespace ConcatService.ConcatBench;

/// <summary>
/// What tells which of two widths is meant: the other inputs agree, or the other width is the trunk's own, or is off by one, or what stands
/// beside the two layers has it more often. Where nothing tells, a fault has no label.
/// </summary>
public sealed class WidthEvidence(Graph graph, ReferenceShapes reference, BrokenMerge merge)
{
    private readonly Dictionary<string, Layer> _byName = graph.Layers.ToDictionary(layer => layer.Name);

    /// <param name="pointer">The layer whose width was changed.</param>
    public bool Tells(string pointer)
    {
        var deciding = Array.ConvertAll(merge.Layer.Inputs, Deciding);
        var wrong = Enumerable.Range(0, deciding.Length).Where(i => deciding[i]?.Path.ToString() == pointer).ToList();
        var right = Enumerable.Range(0, deciding.Length).Except(wrong).ToList();
        if (wrong.Count == 0 || right.Count == 0 || right.Exists(i => Width(i) != Width(right[0])))
            return false;
        var (changed, meant) = (Width(wrong[0]), Width(right[0]));
        if (right.Count > 1 || deciding[right[0]] is not { } other || !merge.BranchLayers.Contains(other) || Math.Abs(changed - meant) == 1)
            return true;
        var beside = merge
            .BranchLayers.Concat(Readers(merge.Layer))
            .Where(layer => MakesWidth(layer) && layer != other && layer.Path.ToString() != pointer)
            .Select(layer => reference.Sizes.TryGetValue(new(layer.Name), out var sizes) ? sizes['C'] : OutWidth(layer.Operator))
            .ToList();
        return beside.Count(width => width == meant) > beside.Count(width => width == changed);
    }

    private long Width(int input) => reference.Sizes[merge.Layer.Inputs[input]]['C'];

    // Back over what keeps the width; null where a merge or an input decides it.
    private Layer? Deciding(Wire wire)
    {
        while (_byName.TryGetValue(wire.Source, out var layer) && layer.Operator is not (Concat or Elementwise))
        {
            if (MakesWidth(layer))
                return layer;
            wire = layer.Inputs[0];
        }

        return null;
    }

    // The first layers behind the merge that have a width of their own.
    private List<Layer> Readers(Layer from)
    {
        var (found, open) = (new List<Layer>(), new Queue<string>([from.Name]));
        while (open.TryDequeue(out var name))
        {
            foreach (var layer in graph.Layers.Where(layer => layer.Inputs.Any(wire => wire.Source == name)))
            {
                if (MakesWidth(layer))
                    found.Add(layer);
                else
                    open.Enqueue(layer.Name);
            }
        }

        return found;
    }

    private static bool MakesWidth(Layer layer) => OutWidth(layer.Operator) is not null;

    private static long? OutWidth(Operator op) => op switch
    {
        Conv conv => conv.OutChannels,
        ConvTranspose up => up.OutChannels,
        Linear linear => linear.OutFeatures,
        Embedding table => table.EmbeddingDim,
        Recurrent cell => cell.HiddenSize * (cell.Bidirectional ? 2 : 1),
        _ => null,
    };
}
