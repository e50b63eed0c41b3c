using ConcatService.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Stochastic depth in TorchSharp.</summary>
internal sealed class DropPathTorch : TorchLowering<DropPath>
{
    protected override Tensor Forward(DropPath op, TorchLayer layer, Tensor[] x)
    {
        if (!layer.Training || op.P == 0)
            return x[0];
        var perSample = new long[x[0].dim()];
        Array.Fill(perSample, 1);
        perSample[0] = x[0].shape[0];
        var kept = torch.rand(perSample, device: x[0].device).ge(op.P).to(x[0].dtype);         // [N, 1, 1, 1]
        return op.P < 1 ? x[0] * kept / (1 - op.P) : x[0] * kept;
    }
}
