using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Matrix products in TorchSharp.</summary>
internal sealed class MatMulTorch : TorchLowering<MatMul>
{
    protected override Tensor Forward(MatMul op, TorchLayer layer, Tensor[] x)
    {
        var a = layer.Compute(TorchModel.ToWrittenOrder(x[0], layer.Plan.InputShapes[0]));
        var b = layer.Compute(TorchModel.ToWrittenOrder(x[1], layer.Plan.InputShapes[1]));
        var product = matmul(op.TransposeA ? a.transpose(-2, -1) : a, op.TransposeB ? b.transpose(-2, -1) : b);
        return TorchModel.ToMemoryOrder(product, layer.Plan.Output);
    }
}
