using System.Text.Json.Nodes;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.ConcatBench;

/// <summary>
/// Whether a repaired network is the original again: every original layer is there with its shape and its parameters, and no parameter was
/// added.
/// </summary>
public static class UndoCheck
{
    /// <param name="free">Layers of the original that are not asked for, by name; what stands in their place may have parameters.</param>
    public static bool Holds(JsonObject original, Compilation repaired, IReadOnlySet<string> free)
    {
        if (repaired.Verdict != "valid" || repaired.Plan is not { } plan || TorchRun.Compiled(original).Plan is not { } wanted)
            return false;
        if (
            wanted.Layers.All(layer => layer.ParameterCount == 0 || !free.Contains(layer.Name))
            && plan.Layers.Sum(layer => layer.ParameterCount) != wanted.Layers.Sum(layer => layer.ParameterCount)
        )
            return false;
        // Layers without a name of their own are numbered by their place, which an inserted one moves: they are compared in order.
        var left = new Queue<PlannedLayer>(plan.Layers);
        var byName = plan.Layers.ToDictionary(layer => layer.Name);
        return wanted
            .Layers.Where(layer => !free.Contains(layer.Name))
            .All(layer => (byName.TryGetValue(layer.Name, out var same) && IsSame(layer, same)) || Next(left, layer));
    }

    private static bool Next(Queue<PlannedLayer> left, PlannedLayer layer)
    {
        while (left.TryDequeue(out var next))
        {
            if (IsSame(layer, next))
                return true;
        }

        return false;
    }

    private static bool IsSame(PlannedLayer a, PlannedLayer b) =>
        a.Operator.Kind == b.Operator.Kind && a.Output.ToString() == b.Output.ToString() && a.ParameterCount == b.ParameterCount;
}
