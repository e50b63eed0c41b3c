using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training.Optimizers;

/// <summary>The gradient over the root of its squares' mean, as PyTorch computes it: ε is added to the root.</summary>
internal sealed class RmsProp(RmsPropSettings settings, TorchModel model) : Optimizer(model)
{
    private readonly Tensor _v = zeros_like(model.Weights).DetachFromDisposeScope();
    private readonly Tensor _momentum = zeros_like(model.Weights).DetachFromDisposeScope();

    public override IEnumerable<Tensor> State => [_v, _momentum];

    protected override void Update(double rate)
    {
        AddDecay(settings.WeightDecay);                                                 // g ← g + λ w
        _v.mul_(settings.Alpha).addcmul_(Gradient, Gradient, 1 - settings.Alpha);       // v ← α v + (1 - α) g²
        _momentum.mul_(settings.Momentum).addcdiv_(Gradient, _v.sqrt().add_(settings.Eps), 1);      // b ← μ b + g / (√v + ε)
        Weights.add_(_momentum, alpha: -rate);                                          // w ← w - lr b
    }
}
