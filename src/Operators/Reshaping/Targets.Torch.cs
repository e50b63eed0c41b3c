using ConcatService.Domain.Fields;
using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Sizes to reach, in TorchSharp.</summary>
internal static class TargetsTorch
{
    /// <summary>The spatial size asked for, the last input's where it is like that one; null where none is.</summary>
    public static long[]? SizeOf(TargetSize? target, TorchLayer layer, Tensor[] x) =>
        target is not { } size ? null
        : size.Like is null ? size.Cells.ToArray(layer.Plan.Input.Rank - 2)
        : Array.ConvertAll(Targets.IndicesIn(layer.Plan), index => x[^1].shape[index]);
}
