using ConcatService.Training;
using static TorchSharp.torch;

namespace ConcatService.Operators;

/// <summary>Limits in TorchSharp.</summary>
internal sealed class ClampTorch : TorchLowering<Clamp>
{
    protected override Tensor Forward(Clamp op, TorchLayer layer, Tensor[] x) => (op.Min, op.Max) switch
    {
        ({ } min, { } max) => x[0].clamp(min, max),
        ({ } min, null) => x[0].clamp_min(min),
        _ => x[0].clamp_max(op.Max!.Value),
    };
}
