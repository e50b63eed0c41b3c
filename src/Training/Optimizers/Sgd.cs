using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training.Optimizers;

/// <summary>Stochastic gradient descent with momentum, as PyTorch computes it: the rate is outside of the momentum.</summary>
internal sealed class Sgd(SgdSettings settings, TorchModel model) : Optimizer(model)
{
    private readonly Tensor _momentum = zeros_like(model.Weights).DetachFromDisposeScope();

    public override IEnumerable<Tensor> State => [_momentum];

    protected override void Update(double rate)
    {
        AddDecay(settings.WeightDecay);                                                 // g ← g + λ w
        _momentum.mul_(settings.Momentum).add_(Gradient);                               // b ← μ b + g
        if (settings.Nesterov)
            Weights.add_(Gradient.add_(_momentum, alpha: settings.Momentum), alpha: -rate);    // w ← w - lr (g + μ b)
        else
            Weights.add_(_momentum, alpha: -rate);                                      // w ← w - lr b
    }
}
