namespace ConcatService.Export.Python;

/// <summary>The order in which a module calls what it consists of.</summary>
internal static class PythonOrder
{
    /// <summary>The steps, each after those that it reads; or a group that reads, by way of others, what it gives itself.</summary>
    public static (List<PythonItem> Order, PythonGroup? Knot) Of(IReadOnlyList<PythonItem> steps)
    {
        var makers = new Dictionary<string, PythonItem>();
        foreach (var step in steps)
        {
            foreach (var layer in step.Layers)
                makers.Add(layer.Plan.Name, step);
        }

        var before = steps.ToDictionary(
            step => step,
            step => step
                .Inputs.Select(wire => makers.GetValueOrDefault(wire.Source))
                .OfType<PythonItem>()
                .Where(maker => maker != step)
                .ToHashSet()
        );
        var behind = steps.ToDictionary(step => step, _ => new List<PythonItem>());
        foreach (var (step, makersOf) in before)
        {
            foreach (var maker in makersOf)
                behind[maker].Add(step);
        }

        var order = new List<PythonItem>(steps.Count);
        var ready = new PriorityQueue<PythonItem, int>(steps.Where(step => before[step].Count == 0).Select(step => (step, step.Order)));
        while (ready.TryDequeue(out var step, out _))
        {
            order.Add(step);
            foreach (var next in behind[step].Where(next => before[next].Remove(step) && before[next].Count == 0))
                ready.Enqueue(next, next.Order);
        }

        if (order.Count == steps.Count)
            return (order, null);
        var left = steps.Except(order).ToList();
        return (order, left.OfType<PythonGroup>().First(group => Reaches(group, behind)));
    }

    /// <summary>Whether each step is a module that reads what the one before gives, and nothing else does.</summary>
    public static bool IsChain(PythonGroup group)
    {
        if (group.Inputs.Count != 1 || group.Outputs.Count != 1 || group.Containers.Any())
            return false;
        var fed = group.Inputs[0];
        foreach (var step in group.Steps)
        {
            var isModule = step is PythonGroup or PythonLayer { IsCall: true, TiedTo: null };
            if (!isModule || step.Inputs is not [var only] || only != fed || step.Outputs.Count != 1)
                return false;
            fed = step.Outputs[0];
        }

        return fed == group.Outputs[0];
    }

    private static bool Reaches(PythonItem start, Dictionary<PythonItem, List<PythonItem>> behind)
    {
        var (seen, open) = (new HashSet<PythonItem>(), new Stack<PythonItem>([start]));
        while (open.TryPop(out var item))
        {
            foreach (var next in behind[item].Where(seen.Add))
                open.Push(next);
        }

        return seen.Contains(start);
    }
}
