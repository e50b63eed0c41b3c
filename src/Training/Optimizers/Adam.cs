using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training.Optimizers;

/// <summary>Adam (Kingma and Ba 2015, algorithm 1) and AdamW (Loshchilov and Hutter 2019, algorithm 2), as PyTorch computes them.</summary>
internal sealed class Adam(AdamSettings settings, TorchModel model) : Optimizer(model)
{
    private readonly Tensor _m = zeros_like(model.Weights).DetachFromDisposeScope();
    private readonly Tensor _v = zeros_like(model.Weights).DetachFromDisposeScope();
    private long _t;

    public override IEnumerable<Tensor> State => [_m, _v];

    public override double[] Counters
    {
        get => [_t];
        set => _t = (long)value[0];
    }

    protected override void Update(double rate)
    {
        var (beta1, beta2) = settings.Betas;
        _t++;
        if (settings.Decoupled)
            Decay(rate * settings.WeightDecay);                                         // w ← w (1 - lr λ)
        else
            AddDecay(settings.WeightDecay);                                             // g ← g + λ w
        _m.lerp_(Gradient, 1 - beta1);                                                  // m ← β1 m + (1 - β1) g
        _v.mul_(beta2).addcmul_(Gradient, Gradient, 1 - beta2);                         // v ← β2 v + (1 - β2) g²
        // The gradient has been used: its memory takes what the step is divided by.
        var deviation = Gradient.copy_(_v).sqrt_().div_(Math.Sqrt(1 - Math.Pow(beta2, _t))).add_(settings.Eps);
        Weights.addcdiv_(_m, deviation, -rate / (1 - Math.Pow(beta1, _t)));             // w ← w - lr m̂ / (√v̂ + ε)
    }
}
