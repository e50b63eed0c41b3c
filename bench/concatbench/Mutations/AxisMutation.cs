using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A concat along an axis that is not the channels: by name, by number, the batch, or one that is not there.</summary>
public sealed class AxisMutation : Mutation
{
    public override string Class => "axis";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        JsonNode[] numbers = IsChannelsLast(original) ? [1, 2, -2, 0, 5] : [2, 3, -1, 0, 5];
        foreach (var layer in Merges(original).Where(layer => !IsElementwise(layer)))
        {
            foreach (var axis in new[] { (JsonNode)"height", "width", "time" }.Concat(numbers))
            {
                if (layer.Type == "concat")
                    yield return Edit(original, layer, $"axis {axis}", fields => fields["axis"] = axis.DeepClone());
                else if (layer.In(original.Spec)["merge"] is null)
                    yield return Edit(
                        original,
                        layer,
                        $"axis {axis}",
                        fields => fields["merge"] = new JsonObject { ["type"] = "concat", ["axis"] = axis.DeepClone() }
                    );
            }
        }
    }
}
