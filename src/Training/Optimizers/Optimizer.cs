using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training.Optimizers;

/// <summary>
/// Steps on all trainable parameters at once: they are one vector, so a step is a handful of operations however many layers there are.
/// </summary>
internal abstract class Optimizer : IDisposable
{
    private readonly List<Tensor> _views = [];
    private readonly Tensor? _decaying;
    private Tensor? _rates;

    protected Optimizer(TorchModel model)
    {
        using var scope = NewDisposeScope();
        Weights = model.Weights;
        Gradient = zeros_like(Weights).DetachFromDisposeScope();
        foreach (var parameter in model.Parameters.Where(parameter => parameter.Declared.Trainable))
        {
            var view = TorchModel.ViewOf(Gradient, parameter.Offset, parameter.Declared).DetachFromDisposeScope();
            parameter.Tensor.grad = view;                                               // autograd adds into what is there
            _views.Add(view);
        }

        _decaying = MaskOf(model);
    }

    /// <summary>The gradient of every parameter, in the order of <see cref="TorchModel.Weights"/>.</summary>
    public Tensor Gradient { get; }

    /// <summary>
    /// What it remembers from step to step, beside <see cref="Counters"/>; with both and the weights a training can go on in another
    /// process.
    /// </summary>
    public abstract IEnumerable<Tensor> State { get; }

    /// <summary>Default: none.</summary>
    public virtual double[] Counters
    {
        get => [];
        set { }
    }

    protected Tensor Weights { get; }

    public static Optimizer For(OptimizerSettings settings, TorchModel model) => settings switch
    {
        AdamSettings adam => new Adam(adam, model),
        SgdSettings sgd => new Sgd(sgd, model),
        NAdamSettings nadam => new NAdam(nadam, model),
        RmsPropSettings rmsProp => new RmsProp(rmsProp, model),
        _ => throw new InvalidOperationException($"No optimizer for {settings.GetType()}."),
    };

    /// <summary>
    /// Scales every step, number by number: an update is linear in the learning rate, so this is a rate of its own for each. Weights whose
    /// factor is 0 stay as they are, bit for bit.
    /// </summary>
    /// <param name="rates">As long as <see cref="Weights"/>; the optimizer's from now on.</param>
    public void Scale(Tensor rates) => _rates = rates;

    public void ZeroGradient() => Gradient.zero_();

    /// <summary>One pass and one number read: a sum is finite when all its terms are, short of 1e38.</summary>
    public bool IsGradientFinite()
    {
        using var scope = NewDisposeScope();
        return float.IsFinite(Gradient.sum().item<float>());
    }

    /// <summary>Bounds the gradient as asked, without waiting for a number from the device.</summary>
    public void Clip(GradientClip? clip)
    {
        using var scope = NewDisposeScope();
        if (clip?.Norm is { } norm)
            Gradient.mul_((norm / (Gradient.norm() + 1e-6)).clamp_max(1));              // 1e-6: torch.nn.utils.clip_grad_norm_
        else if (clip?.Value is { } value)
            Gradient.clamp_(-value, value);
    }

    /// <param name="rate">The learning rate of this step.</param>
    public void Step(double rate)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        if (_rates is null)
        {
            Update(rate);
            return;
        }

        var before = Weights.clone();
        Update(rate);
        Weights.copy_(before.lerp_(Weights, _rates));                                    // exact where the factor is 0 or 1
    }

    public void Dispose()
    {
        _views.ForEach(view => view.Dispose());
        Gradient.Dispose();
        _decaying?.Dispose();
        _rates?.Dispose();
        foreach (var moment in State)
            moment.Dispose();
    }

    protected abstract void Update(double rate);

    /// <summary>w ← w (1 - share), for the weights that decay.</summary>
    protected void Decay(double share)
    {
        if (_decaying is null)
            Weights.mul_(1 - share);
        else
            Weights.addcmul_(Weights, _decaying, -share);
    }

    /// <summary>g ← g + λ w, for the weights that decay.</summary>
    protected void AddDecay(double weightDecay)
    {
        if (weightDecay <= 0)
            return;
        if (_decaying is null)
            Gradient.add_(Weights, alpha: weightDecay);
        else
            Gradient.addcmul_(Weights, _decaying, weightDecay);
    }

    /// <summary>1 for each weight that decays and 0 for the others; null where all do.</summary>
    private static Tensor? MaskOf(TorchModel model)
    {
        var exempt = model.Parameters.Where(parameter => parameter.Declared is { Trainable: true, Decays: false }).ToList();
        if (exempt.Count == 0)
            return null;
        var mask = ones_like(model.Weights);
        foreach (var parameter in exempt)
            mask.narrow(0, parameter.Offset, parameter.Declared.Count).zero_();
        return mask.DetachFromDisposeScope();
    }
}
