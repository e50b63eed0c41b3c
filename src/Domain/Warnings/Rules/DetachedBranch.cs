using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Warnings.Rules;

/// <summary>A cast to whole numbers through which alone the weights before it reach an output: no gradient passes it.</summary>
internal sealed class DetachedBranch : WarningRule
{
    public override Code Code { get; } =
        new(
            "train.detached",
            "Layers with weights reach the outputs only through a cast to int64. Whole numbers have no gradient, so these layers keep the "
                + "weights that they were initialized with."
        );

    internal override void Look(Flow flow, List<Warning> found)
    {
        if (!Array.Exists(flow.Layers, IsCut))
            return;
        var learns = Learning(flow);
        var isToldOf = new bool[flow.Layers.Length];
        for (var i = 0; i < flow.Layers.Length; i++)
        {
            if (!IsCut(flow.Layers[i]))
                continue;
            var stuck = Before(flow, i).Where(layer => flow.Layers[layer].Trains && !learns[layer] && !isToldOf[layer]).ToList();
            if (stuck.Count == 0)
                continue;
            stuck.ForEach(layer => isToldOf[layer] = true);
            var more = stuck.Count > 1 ? $" and {stuck.Count - 1} more layer{(stuck.Count > 2 ? "s" : "")}" : "";
            found.Add(At(
                flow,
                i,
                $"no gradient passes a cast to int64, so {flow.NameOf(stuck.Max())}{more} before it, with "
                    + $"{stuck.Sum(layer => flow.Layers[layer].ParameterCount):N0} parameters, never learn{(stuck.Count > 1 ? "" : "s")}.",
                "Remove the cast, or put nothing that is trained before it."
            ));
        }
    }

    private static bool IsCut(PlannedLayer layer) =>
        layer.Inputs.Length > 0 && layer.Input.DType == DType.Float32 && layer.Output.DType == DType.Int64;

    /// <summary>For each layer whether a gradient comes back to it from an output.</summary>
    private static bool[] Learning(Flow flow)
    {
        var learns = new bool[flow.Count];
        for (var i = flow.Layers.Length - 1; i >= 0; i--)
        {
            learns[i] |= flow.IsOutput(i);
            if (!learns[i] || IsCut(flow.Layers[i]))
                continue;
            foreach (var source in flow.Sources(i))
                learns[source] = true;
        }

        return learns;
    }

    private static HashSet<int> Before(Flow flow, int layer)
    {
        var (open, seen) = (new Stack<int>([layer]), new HashSet<int>());
        while (open.TryPop(out var at))
        {
            foreach (var source in flow.Sources(at))
            {
                if (!flow.IsInput(source) && seen.Add(source))
                    open.Push(source);
            }
        }

        return seen;
    }
}
