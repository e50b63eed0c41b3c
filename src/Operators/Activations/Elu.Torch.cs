using ConcatService.Training;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace ConcatService.Operators;

/// <summary>Elu in TorchSharp.</summary>
internal sealed class EluTorch : TorchLowering<Elu>
{
    protected override Tensor Forward(Elu op, TorchLayer layer, Tensor[] x) => functional.elu(x[0], op.Alpha);
}
