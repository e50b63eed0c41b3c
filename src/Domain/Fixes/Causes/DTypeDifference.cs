using ConcatService.Domain.Planning;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The sizes fit and the element types do not. libtorch would promote silently; ONNX Runtime refuses the exported model.</summary>
internal sealed class DTypeDifference : CauseRule
{
    protected override Cause? Of(MergeCase merge) =>
        merge.Mismatch.Differing.Count == 0 && merge.Branches.Any(branch => branch.Shape.DType != merge.Branches[0].Shape.DType)
            ? Blame("dtype_difference", null, "libtorch would promote the narrower type silently, and ONNX Runtime would then refuse the exported model.")
            : null;
}
