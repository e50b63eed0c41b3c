using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Reshape in TorchSharp.</summary>
internal sealed class ReshapeTorch : TorchLowering<Reshape>
{
    protected override Tensor Forward(Reshape op, TorchLayer layer, Tensor[] x) => ViewsTorch.Reshape(layer, x[0]);
}
