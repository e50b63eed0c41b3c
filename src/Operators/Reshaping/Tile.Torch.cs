using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Tile in TorchSharp.</summary>
internal sealed class TileTorch : TorchLowering<Tile>
{
    protected override Tensor Forward(Tile op, TorchLayer layer, Tensor[] x)
    {
        var copies = op.TensorRepeats(layer.Plan);
        long[] repeats = [1, .. copies.Select((each, i) => each.Known ?? x[^1].shape[each.From] / x[0].shape[i + 1])];
        return x[0].repeat(repeats);
    }
}
