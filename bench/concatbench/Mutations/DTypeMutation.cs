using System.Text.Json.Nodes;
using ConcatService.ConcatBench.Networks;

namespace ConcatService.ConcatBench.Mutations;

/// <summary>Whole numbers beside floating-point ones.</summary>
public sealed class DTypeMutation : Mutation
{
    public override string Class => "dtype";

    public override IEnumerable<Mutant> Of(OriginalNetwork original)
    {
        foreach (var merge in Merges(original))
        {
            foreach (var mutant in Insert(original, merge, "cast to int64", () => new() { ["type"] = "cast", ["dtype"] = "int64" }))
                yield return mutant;
        }

        foreach (var (name, _) in (JsonObject)original.Spec["inputs"]!)
        {
            var spec = (JsonObject)original.Spec.DeepClone();
            var input = (JsonObject)spec["inputs"]![name]!;
            input["dtype"] = "int64";
            input["axes"] ??= input["shape"]!.AsArray().Count == 1 ? new JsonArray("features") : null;
            if (input["axes"] is null)
                input.Remove("axes");
            yield return new(Class, $"{name} as int64", original, spec, null);
            // Without axes a vector of whole numbers is read as steps: a one-hot label beside features.
            if (input["shape"]!.AsArray().Count != 1)
                continue;
            var steps = (JsonObject)spec.DeepClone();
            ((JsonObject)steps["inputs"]![name]!).Remove("axes");
            yield return new(Class, $"{name} as int64 of steps", original, steps, null);
        }
    }
}
