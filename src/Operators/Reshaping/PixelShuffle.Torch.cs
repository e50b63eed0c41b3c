using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Pixel shuffling in TorchSharp.</summary>
internal sealed class PixelShuffleTorch : TorchLowering<PixelShuffle>
{
    protected override Tensor Forward(PixelShuffle op, TorchLayer layer, Tensor[] x) =>
        op.Kind == "pixel_shuffle" ? functional.pixel_shuffle(x[0], op.Factor) : functional.pixel_unshuffle(x[0], op.Factor);
}
