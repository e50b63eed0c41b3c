using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Shapes;

namespace ConcatService.Domain.Fixes.Causes;

/// <summary>The sizes fit and the element types do not. libtorch would promote silently; ONNX Runtime refuses the exported model.</summary>
internal sealed class DTypeDifference : CauseRule
{
    protected override Cause? Of(MergeCase merge)
    {
        if (merge.Mismatch.Differing.Count > 0 || merge.Branches.All(branch => branch.Shape.DType == merge.Branches[0].Shape.DType))
            return null;
        const string Consequence =
            "Training would widen the narrower type silently, and ONNX Runtime would then refuse the exported model.";
        var layer = merge
            .Branches.Where(branch => branch.Shape.DType != DType.Float32)
            .SelectMany(branch => branch.Path)
            .LastOrDefault(each => each.Output.DType != each.Input.DType);
        return Blame(
            CauseKinds.DTypeDifference,
            layer,
            layer is null ? Consequence : $"{layer.Name} ({layer.Operator.Kind}) makes whole numbers of its input. {Consequence}"
        );
    }
}
