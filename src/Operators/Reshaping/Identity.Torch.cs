using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Identity in TorchSharp.</summary>
internal sealed class IdentityTorch : TorchLowering<Identity>
{
    protected override Tensor Forward(Identity op, TorchLayer layer, Tensor[] x) => x[0];
}
