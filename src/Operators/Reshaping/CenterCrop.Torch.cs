using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Cropping in TorchSharp: a view.</summary>
internal sealed class CenterCropTorch : TorchLowering<CenterCrop>
{
    protected override Tensor Forward(CenterCrop op, TorchLayer layer, Tensor[] x)
    {
        var size = TargetsTorch.SizeOf(op.Size, layer, x)!;
        var cropped = x[0];
        for (var i = 0; i < size.Length; i++)
            cropped = cropped.narrow(2 + i, (cropped.shape[2 + i] - size[i]) / 2, size[i]);
        return cropped;
    }
}
