using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Lets the layer that makes whole numbers of its input give float32.</summary>
internal sealed class EditElementType : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.DTypeDifference];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (
            cause.Layer is { } name
            && merge.Producer(new Wire(name)) is { Output.DType: DType.Int64 } blamed
            && blamed.Operator.Edits.Any(edit => edit.Effect == EditEffect.ElementType)
        )
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
    }
}
