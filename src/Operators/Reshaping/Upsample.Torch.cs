using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Resizing in TorchSharp.</summary>
internal sealed class UpsampleTorch : TorchLowering<Upsample>
{
    protected override Tensor Forward(Upsample op, TorchLayer layer, Tensor[] x)
    {
        var spatial = layer.Plan.Input.Rank - 2;
        var size = TargetsTorch.SizeOf(op.Size, layer, x);
        double[]? factors = op.ScaleFactor is { } scale ? [.. Enumerable.Range(0, spatial).Select(i => scale[i])] : null;
        var mode = op.Mode switch
        {
            UpsampleMode.Nearest => InterpolationMode.Nearest,
            UpsampleMode.Linear => InterpolationMode.Linear,
            UpsampleMode.Bilinear => InterpolationMode.Bilinear,
            _ => InterpolationMode.Trilinear,
        };
        return functional.interpolate(x[0], size, factors, mode, op.Mode == UpsampleMode.Nearest ? null : op.AlignCorners);
    }
}
