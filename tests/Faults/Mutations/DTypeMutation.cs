using System.Text.Json.Nodes;
using ConcatService.Faults.Subjects;

namespace ConcatService.Faults.Mutations;

/// <summary>Whole numbers beside floating-point ones.</summary>
public sealed class DTypeMutation : Mutation
{
    public override string Class => "dtype";

    public override IEnumerable<Mutant> Of(Subject subject)
    {
        foreach (var merge in Merges(subject))
        {
            foreach (var mutant in Insert(subject, merge, "cast to int64", () => new() { ["type"] = "cast", ["dtype"] = "int64" }))
                yield return mutant;
        }

        foreach (var (name, _) in (JsonObject)subject.Spec["inputs"]!)
        {
            var spec = (JsonObject)subject.Spec.DeepClone();
            var input = (JsonObject)spec["inputs"]![name]!;
            input["dtype"] = "int64";
            input["axes"] ??= input["shape"]!.AsArray().Count == 1 ? new JsonArray("features") : null;
            if (input["axes"] is null)
                input.Remove("axes");
            yield return new(Class, $"{name} as int64", subject, spec, null);
        }
    }
}
