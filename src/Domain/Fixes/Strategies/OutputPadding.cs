using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>The transposed convolution that gives too little adds the missing cells at the end.</summary>
internal sealed class OutputPadding : FixStrategy
{
    protected override IReadOnlyList<CauseKind> Answers { get; } = [CauseKinds.OddSizeRounding];

    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        foreach (var branch in merge.Branches)
        {
            if (
                branch.Path.LastOrDefault(layer => layer.Operator.Window is { IsTransposed: true })
                    is not { Operator.Window: { } window } layer
                || merge.Branches.FirstOrDefault(other => other != branch && !other.Path.Contains(layer)) is not { } target
            )
                continue;
            var axes = branch.Shape.SpatialAxes.ToList();
            var missing = axes.Select((axis, i) => target.Shape[axis].Value - branch.Shape[axis].Value + window.OutputPadding[i]).ToArray();
            if (missing.Where((cells, i) => cells < 0 || cells >= window.Stride[i]).Any())
                continue;
            var patch = new PatchWriter(merge).Set(layer.Path, "output_padding", EditableAttribute.Spelled(missing)).Patch;
            yield return new(
                $"output-padding-{Slug(layer.Name)}",
                FixKind.Edit,
                $"Let {layer.Name} add the missing cells (output_padding {string.Join('x', missing.Distinct())})",
                $"{layer.Name} gives {target.Shape.SpatialSizes} for this size of the input, and too much for others.",
                Loss.None,
                patch
            )
            {
                IsForOneSize = true,
            };
        }
    }
}
