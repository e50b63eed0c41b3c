using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>The exponential moving average of a model's weights and buffers.</summary>
internal sealed class ExponentialMovingAverage : IDisposable
{
    private readonly EmaSettings _settings;
    private readonly List<(Tensor Live, Tensor Mean)> _pairs;

    public ExponentialMovingAverage(EmaSettings settings, TorchModel model)
    {
        using var scope = NewDisposeScope();
        _settings = settings;
        _pairs =
        [
            .. model
                .Parameters.Where(parameter => !parameter.Declared.Trainable)
                .Select(parameter => parameter.Tensor)
                .Prepend(model.Weights)
                .Select(live => (live, live.clone().DetachFromDisposeScope())),
        ];
    }

    public IEnumerable<Tensor> State => _pairs.Select(pair => pair.Mean);

    /// <summary>After a step.</summary>
    /// <param name="step">From 1.</param>
    public void Add(long step)
    {
        using var untracked = no_grad();
        foreach (var (live, mean) in _pairs)
            mean.lerp_(live, 1 - _settings.DecayAt(step));
    }

    /// <summary>Puts the average into the model and keeps what was there; called again, puts that back.</summary>
    public void Swap()
    {
        using var untracked = no_grad();
        foreach (var (live, mean) in _pairs)
        {
            using var kept = live.clone();
            live.copy_(mean);
            mean.copy_(kept);
        }
    }

    public void Dispose() => _pairs.ForEach(pair => pair.Mean.Dispose());
}
