using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>A placeholder computes nothing: no job gets here with one.</summary>
internal sealed class OpaqueTorch : TorchLowering<Opaque>
{
    protected override Tensor Forward(Opaque op, TorchLayer layer, Tensor[] x) =>
        throw new InvalidOperationException($"{layer.Plan.Name} stands for {op.Of}.");
}
