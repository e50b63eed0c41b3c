using System.Text.Json.Nodes;
using ConcatService.Domain.Planning;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Gives every input the element type float32.</summary>
internal sealed class Cast : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        var narrow = merge.Branches.Where(branch => branch.Shape.DType != DType.Float32).ToList();
        var patch = new PatchWriter(merge);
        if (cause.Kind == "dtype_difference" && narrow.All(branch => patch.Insert(branch.Index, "cast", new JsonObject { ["type"] = "cast", ["dtype"] = "float32" })))
            yield return new($"cast-{Slug(narrow[0].Name)}", $"Cast {string.Join(", ", narrow.Select(branch => branch.Name))} to float32", "Whole numbers above 16,777,216 are rounded.", Loss.None, patch.Patch);
    }
}
