using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;

namespace ConcatService.Domain.Graphs;

/// <summary>Orders layers so that each comes after its inputs, otherwise as written; names the layers of a cycle.</summary>
internal static class ExecutionOrder
{
    public static List<Layer> Of(List<Layer> layers, Report report)
    {
        var position = new Dictionary<string, int>(layers.Count);
        for (var i = 0; i < layers.Count; i++)
            position.TryAdd(layers[i].Name, i);
        if (IsInOrder(layers, position))
            return layers;

        var ordered = new List<Layer>(layers.Count);
        var waitingFor = new int[layers.Count];
        var feeds = new List<int>?[layers.Count];
        var ready = new PriorityQueue<int, int>();
        for (var i = 0; i < layers.Count; i++)
        {
            foreach (var input in layers[i].Inputs)
            {
                if (!position.TryGetValue(input.Source, out var source))
                    continue;
                (feeds[source] ??= []).Add(i);
                waitingFor[i]++;
            }

            if (waitingFor[i] == 0)
                ready.Enqueue(i, i);
        }

        while (ready.TryDequeue(out var next, out _))
        {
            ordered.Add(layers[next]);
            foreach (var fed in feeds[next] ?? [])
            {
                if (--waitingFor[fed] == 0)
                    ready.Enqueue(fed, fed);
            }
        }

        if (ordered.Count < layers.Count)
            ReportCycle(layers, position, waitingFor, report);
        return ordered;
    }

    private static bool IsInOrder(List<Layer> layers, Dictionary<string, int> position)
    {
        for (var i = 0; i < layers.Count; i++)
        {
            foreach (var input in layers[i].Inputs)
            {
                if (position.TryGetValue(input.Source, out var source) && source >= i)
                    return false;
            }
        }

        return true;
    }

    private static void ReportCycle(List<Layer> layers, Dictionary<string, int> position, int[] waitingFor, Report report)
    {
        // Every waiting layer waits for another waiting one: walking back must come around.
        var walk = new List<int>();
        var at = Array.FindIndex(waitingFor, count => count > 0);
        while (!walk.Contains(at))
        {
            walk.Add(at);
            at = layers[at]
                .Inputs.Select(input => position.GetValueOrDefault(input.Source, -1))
                .First(source => source >= 0 && waitingFor[source] > 0);
        }

        var cycle = walk[walk.IndexOf(at)..];
        cycle.Reverse();
        var names =
            cycle.Count <= 12
                ? cycle.Select(i => layers[i].Name)
                : cycle.Take(6).Select(i => layers[i].Name).Append("…").Concat(cycle.TakeLast(5).Select(i => layers[i].Name));
        var first = layers[cycle[0]];
        report.Error(
            Codes.Cycle,
            first.Path,
            $"These layers feed each other in a circle: {string.Join(" > ", names)} > {first.Name}. Take one of these inputs away.",
            first.Name
        );
    }
}
