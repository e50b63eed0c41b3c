using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Operators;
using static ConcatService.Domain.Fields.Words;

namespace ConcatService.Domain.Fixes.Strategies;

/// <summary>Lets the windows over text span the whole embedding.</summary>
internal sealed class WidenKernels : FixStrategy
{
    protected override IEnumerable<Candidate> Propose(MergeCase merge, Cause cause)
    {
        if (merge.WholeWidthKernels is not { } kernels)
            yield break;
        var patch = new PatchWriter(merge);
        foreach (var layer in kernels.Layers)
            patch.Set(layer.Path, "kernel_size", EditableAttribute.Spelled(kernels.Kernel(layer)));
        var (names, width) = (Listed(kernels.Layers.Select(layer => layer.Name)), kernels.Layers[0].Input[kernels.Axis]);
        yield return new(
            $"kernel-{width}-wide",
            FixKind.Edit,
            $"Let the kernels of {names} span all {width} numbers of the embedding",
            $"Each window reads whole words; of the {width} columns one is left, of which all branches have as many.",
            Loss.None,
            patch.Patch
        )
        {
            AtTheCause = true,
        };
    }
}
