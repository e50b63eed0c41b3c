using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Telemetry;

/// <summary>Which branches of a merge are computed from which.</summary>
internal static class Ancestry
{
    /// <summary>Whether a branch is computed from another one, or is the same.</summary>
    public static bool IsNested(Plan plan, PlannedLayer merge)
    {
        var sources = merge.Inputs.Select(wire => plan.Wiring.NumberOf(wire.Source)).ToList();
        if (merge.Inputs.Distinct().Count() < merge.Inputs.Length)
            return true;
        var layers = sources.Where(source => source < plan.Wiring.Layers).Distinct().ToList();
        return layers.Exists(layer => Reaches(plan.Wiring, layer, sources.ToHashSet()));
    }

    /// <summary>Whether a layer is computed from one of these; itself does not count.</summary>
    private static bool Reaches(Wiring wiring, int layer, HashSet<int> wanted)
    {
        var (open, seen) = (new Stack<int>([layer]), new HashSet<int>());
        while (open.TryPop(out var at))
        {
            if (at >= wiring.Layers)
                continue;
            foreach (var source in wiring.Sources(at))
            {
                if (wanted.Contains(source))
                    return true;
                if (seen.Add(source))
                    open.Push(source);
            }
        }

        return false;
    }
}
