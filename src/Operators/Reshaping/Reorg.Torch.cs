using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Darknet's reorg in TorchSharp.</summary>
internal sealed class ReorgTorch : TorchLowering<Reorg>
{
    protected override Tensor Forward(Reorg op, TorchLayer layer, Tensor[] x)
    {
        var (n, c, h, w, s) = (x[0].shape[0], x[0].shape[1], x[0].shape[2], x[0].shape[3], op.Stride);
        return x[0]
            .reshape(n, c / (s * s), h, s, w, s)                                                // [N, C/s², H, s, W, s]
            .permute(0, 3, 5, 1, 2, 4)                                                          // [N, s, s, C/s², H, W]
            .reshape(n, c * s * s, h / s, w / s);                                               // [N, C·s², H/s, W/s]
    }
}
