using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training.Optimizers;

/// <summary>Adam with Nesterov's momentum (Dozat 2016), as PyTorch computes it.</summary>
internal sealed class NAdam(NAdamSettings settings, TorchModel model) : Optimizer(model)
{
    private readonly Tensor _m = zeros_like(model.Weights).DetachFromDisposeScope();
    private readonly Tensor _v = zeros_like(model.Weights).DetachFromDisposeScope();
    private double _product = 1;
    private long _t;

    public override IEnumerable<Tensor> State => [_m, _v];

    public override double[] Counters
    {
        get => [_t, _product];
        set => (_t, _product) = ((long)value[0], value[1]);
    }

    protected override void Update(double rate)
    {
        var (beta1, beta2) = settings.Betas;
        _t++;
        var (momentum, next) = (MomentumAt(_t), MomentumAt(_t + 1));
        _product *= momentum;                                                           // Π μ
        AddDecay(settings.WeightDecay);                                                 // g ← g + λ w
        _m.lerp_(Gradient, 1 - beta1);                                                  // m ← β1 m + (1 - β1) g
        _v.mul_(beta2).addcmul_(Gradient, Gradient, 1 - beta2);                         // v ← β2 v + (1 - β2) g²
        var deviation = _v.div(1 - Math.Pow(beta2, _t)).sqrt_().add_(settings.Eps);
        Weights.addcdiv_(Gradient, deviation, -rate * (1 - momentum) / (1 - _product));
        Weights.addcdiv_(_m, deviation, -rate * next / (1 - (_product * next)));
    }

    /// <summary>μ = β1 (1 - 0.96^(t ψ) / 2)</summary>
    private double MomentumAt(long t) => settings.Betas.First * (1 - (0.5 * Math.Pow(0.96, t * settings.MomentumDecay)));
}
