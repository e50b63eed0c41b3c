using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Telemetry;

/// <summary>
/// The convolution or linear layer that weighs what a concat joins, where every branch still has channels of its own: its weights tell what
/// each branch is worth.
/// </summary>
/// <param name="NumbersPerChannel">How many inputs of the layer one channel of the concat has become: 1, or height times width behind a
/// flatten.</param>
public sealed record Consumer(PlannedLayer Layer, long NumbersPerChannel)
{
    /// <summary>Of several the one with the most multiply-accumulates; null where there is none.</summary>
    public static Consumer? Of(Plan plan, PlannedLayer concat)
    {
        var carried = new Dictionary<Wire, long> { [new(concat.Name)] = 1 };
        var found = new List<Consumer>();
        foreach (var layer in plan.Layers)
        {
            if (!carried.TryGetValue(layer.Inputs.FirstOrDefault(carried.ContainsKey), out var numbers))
                continue;
            if (layer.Operator.FeatureFlow == FeatureFlow.Mixed && layer.Operator.Window is not { IsTransposed: true })
                found.Add(new(layer, numbers));
            else if (numbers == 1 && Keeps(layer))
                carried[new(layer.Name)] = 1;
            else if (
                layer.Operator.AxisFlow == AxisFlow.Flattened
                && layer is { Input: { FeatureMovesFirst: false, Positions: { } positions }, Output.Rank: 2 }
            )
                carried[new(layer.Name)] = numbers * positions;
        }

        return found.MaxBy(consumer => consumer.Layer.Macs ?? 0);
    }

    /// <summary>Whether a layer leaves every channel where it is and mixes none with another.</summary>
    private static bool Keeps(PlannedLayer layer) =>
        layer.Operator.FeatureFlow == FeatureFlow.Kept
        && layer.Input.Has(Axis.Channels)
        && layer.Output.Has(Axis.Channels)
        && layer.Input[Axis.Channels] == layer.Output[Axis.Channels];
}
