using ConcatService.Domain.Graphs;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Studies;

/// <summary>A concat of a spec whose ways to fuse can be compared.</summary>
/// <param name="Name">The name of the layer; of a concat inside a structure, its full name there.</param>
/// <param name="Pointer">Where it stands in the spec: a layer <c>concat</c>, or a <c>parallel</c> that ends in one.</param>
/// <param name="IsParallel">Whether it is a <c>parallel</c>.</param>
/// <param name="Branches">The names of what is joined, in order.</param>
public sealed record StudyMerge(string Name, string Pointer, bool IsParallel, IReadOnlyList<string> Branches)
{
    /// <summary>Every concat of at least two branches. What a repetition or a block has many times is there once.</summary>
    public static IReadOnlyList<StudyMerge> Of(Graph graph) =>
        [
            .. graph.Layers.Where(layer => layer.Operator is IMerge { JoinedAxis: not null } && layer.Inputs.Length > 1)
                .Select(layer => new StudyMerge(layer.Name, layer.Path.ToString(), layer.Branches is not null, BranchesOf(layer)))
                .DistinctBy(merge => merge.Pointer),
        ];

    private static List<string> BranchesOf(Layer layer)
    {
        var names = new List<string>();
        for (var i = 0; i < layer.Inputs.Length; i++)
        {
            var name = layer.Branches is null ? layer.InputName(i) : $"branch{i}";
            names.Add(names.Contains(name) ? $"{name}#{i}" : name);
        }

        return names;
    }
}
