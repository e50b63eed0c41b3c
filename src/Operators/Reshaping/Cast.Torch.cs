using ConcatService.Domain.Shapes;
using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Cast in TorchSharp.</summary>
internal sealed class CastTorch : TorchLowering<Cast>
{
    protected override Tensor Forward(Cast op, TorchLayer layer, Tensor[] x) =>
        x[0].to(op.Dtype == DType.Int64 ? ScalarType.Int64 : ScalarType.Float32);
}
