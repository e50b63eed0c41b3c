using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Flatten in TorchSharp.</summary>
internal sealed class FlattenTorch : TorchLowering<Flatten>
{
    protected override Tensor Forward(Flatten op, TorchLayer layer, Tensor[] x) => ViewsTorch.Reshape(layer, x[0]);
}
