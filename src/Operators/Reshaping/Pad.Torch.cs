using ConcatService.Training;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Padding in TorchSharp.</summary>
internal sealed class PadTorch : TorchLowering<Pad>
{
    protected override Tensor Forward(Pad op, TorchLayer layer, Tensor[] x)
    {
        var target = TargetsTorch.SizeOf(op.Size, layer, x);
        var sides = new long[2 * op.SpatialRank];
        for (var i = 0; i < op.SpatialRank; i++)
        {
            // libtorch lists the last dimension first.
            var last = 2 * (op.SpatialRank - 1 - i);
            (sides[last], sides[last + 1]) = op.Sides(i, target is null ? 0 : target[i] - x[0].shape[2 + i]);
        }

        return functional.pad(
            x[0],
            sides,
            op.Mode switch
            {
                PadMode.Reflect => PaddingModes.Reflect,
                PadMode.Replicate => PaddingModes.Replicate,
                _ => PaddingModes.Constant,
            }
        );
    }
}
