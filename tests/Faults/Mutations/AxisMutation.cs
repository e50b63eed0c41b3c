using System.Text.Json.Nodes;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults.Mutations;

/// <summary>A concat along an axis that is not the channels: by name, by number, the batch, or one that is not there.</summary>
public sealed class AxisMutation : Mutation
{
    public override string Class => "axis";

    public override IEnumerable<Mutant> Of(Subject subject)
    {
        JsonNode[] numbers = IsChannelsLast(subject) ? [1, 2, -2, 0, 5] : [2, 3, -1, 0, 5];
        foreach (var site in Merges(subject).Where(site => site.Type != "add"))
        {
            foreach (var axis in new[] { (JsonNode)"height", "width", "time" }.Concat(numbers))
            {
                if (site.Type == "concat")
                    yield return Edit(subject, site, $"axis {axis}", layer => layer["axis"] = axis.DeepClone());
                else if (site.In(subject.Spec)["merge"] is null)
                    yield return Edit(
                        subject,
                        site,
                        $"axis {axis}",
                        layer => layer["merge"] = new JsonObject { ["type"] = "concat", ["axis"] = axis.DeepClone() }
                    );
            }
        }
    }
}
