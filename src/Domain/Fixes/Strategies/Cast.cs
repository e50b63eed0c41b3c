using System.Text.Json.Nodes;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Gives every input the element type float32.</summary>
internal sealed class Cast : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.DTypeDifference];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (cause.Layer is { } name && merge.Producer(new Wire(name)) is { Output.DType: DType.Int64 } blamed
            && blamed.Operator.Edits.Any(edit => edit.Effect == EditEffect.ElementType))
            yield return new(
                $"cast-float32-{Slug(name)}",
                FixKind.Edit,
                $"Let {name} cast to float32",
                $"{name} keeps what is behind the point.",
                Loss.None,
                new PatchWriter(merge).Set(blamed.Path, "dtype", "float32").Patch
            )
            {
                AtTheCause = true,
            };
        var narrow = merge.Branches.Where(branch => branch.Shape.DType != DType.Float32).ToList();
        var patch = new PatchWriter(merge);
        if (narrow.All(branch => patch.Insert(branch.Index, "cast", new JsonObject { ["type"] = "cast", ["dtype"] = "float32" })))
            yield return new(
                $"cast-{Slug(narrow[0].Name)}",
                FixKind.Adapter,
                $"Cast {Listed(narrow.Select(branch => branch.Name))} to float32",
                "Whole numbers above 16,777,216 are rounded.",
                Loss.None,
                patch.Patch
            );
    }
}
