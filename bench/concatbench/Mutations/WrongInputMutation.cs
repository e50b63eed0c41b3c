using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>A merge that takes another layer of the same list than it should.</summary>
public sealed class WrongInputMutation : Mutation
{
    /// <summary>How far the wrong layer is from the right one: a counting error, not any layer of a network of 400.</summary>
    private const int Reach = 12;

    public override string Class => "source";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        foreach (var merge in Merges(original).Where(layer => layer.Type != "parallel"))
        {
            var list = merge.ListIn(original.Spec);
            if (merge.In(original.Spec)["inputs"] is not JsonArray { Count: > 1 } inputs)
                continue;
            for (var input = 0; input < inputs.Count; input++)
            {
                var right = list.ToList().FindIndex(fields => (string?)fields!["name"] == (string?)inputs[input]);
                for (var distance = 1; distance <= Reach && right >= 0; distance++)
                {
                    foreach (var wrong in new[] { right - distance, right + distance }.Where(at => at >= 0 && at < merge.Index))
                    {
                        if ((string?)list[wrong]!["name"] is not { } name || inputs.Any(other => (string?)other == name))
                            continue;
                        var at = input;
                        yield return Edit(original, merge, $"input {inputs[input]} to {name}", fields => fields["inputs"]![at] = name);
                    }
                }
            }
        }
    }
}
