using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Specs;
using ConcatService.Domain.Telemetry;

namespace ConcatService.Domain.Repairs;

/// <summary>The layers of a spec as they are written, in all of its lists.</summary>
internal static class Written
{
    public static IEnumerable<OperatorSpec> Of(Spec spec) => spec.Layers.SelectMany(Of);

    private static IEnumerable<OperatorSpec> Of(LayerSpec layer) =>
        layer is OperatorSpec own ? [own] : layer.Lists.SelectMany(list => list.Layers).SelectMany(Of);

    /// <summary>Where the layers stand that a branch of a merge is computed from, and no other branch of it.</summary>
    /// <param name="branch">Its name; null or an unknown one: what any branch is computed from.</param>
    public static HashSet<string> PathsOf(Plan plan, ConcatNode merge, string? branch)
    {
        var named = merge.Branches.Any(each => each.Name == branch);
        var own = merge.Branches.Where(each => !named || each.Name == branch).SelectMany(each => Before(plan, each.Source)).ToHashSet();
        if (named)
            own.ExceptWith(merge.Branches.Where(each => each.Name != branch).SelectMany(each => Before(plan, each.Source)));
        return [.. plan.Layers.Where(layer => own.Contains(layer.Name)).Select(layer => layer.Path.ToString())];
    }

    private static HashSet<string> Before(Plan plan, Wire wire)
    {
        var layers = plan.Layers.ToDictionary(layer => layer.Name);
        var (open, seen) = (new Stack<string>([wire.Source]), new HashSet<string>());
        while (open.TryPop(out var at))
        {
            if (layers.TryGetValue(at, out var layer) && seen.Add(at))
                Array.ForEach(layer.Inputs, input => open.Push(input.Source));
        }

        return seen;
    }
}
