using ConcatService.Domain.Jobs;
using ConcatService.Training.Optimizers;
using ConcatService.Training.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training.Checkpoints;

/// <summary>Everything that changes while a network is trained: what a checkpoint holds.</summary>
internal sealed class TrainingProgress(Network network, TrainingSettings settings) : IDisposable
{
    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>The epoch in work, from 1.</summary>
    public int Epoch { get; set; } = 1;

    /// <summary>Of the epoch in work so far.</summary>
    public MetricSums EpochSums { get; set; } = MetricSums.None(network);

    public Optimizer Optimizer { get; } = LayerRates.Scaled(Optimizer.For(settings.Optimizer, network.Model), settings, network.Model);

    /// <summary>Null where the settings ask for none.</summary>
    public ExponentialMovingAverage? Average { get; } = settings.Ema is { } ema ? new(ema, network.Model) : null;

    public EarlyStopping EarlyStopping { get; } = new(settings.EarlyStopping);

    public BestWeights Best { get; } = new(settings.Export);

    public TrainingClock Clock { get; } = new();

    public Sampler Sampler { get; } = new(network.Model, settings.Telemetry);

    private IEnumerable<Tensor> Tensors => TrainingState.Tensors(network.Model, Optimizer, Average, Best.Snapshot);

    /// <summary>Goes on from a checkpoint: everything but the time is then as if nothing had come in between.</summary>
    /// <param name="tensors">Stands behind the state.</param>
    public void Resume(TrainingState state, Stream tensors)
    {
        (Step, Epoch, EpochSums) = (state.Step, state.Epoch, new(state.Sums, state.Samples));
        Sampler.Resume(TimeSpan.FromSeconds(state.TelemetrySeconds));
        Clock.Resume(TimeSpan.FromSeconds(state.TrainingSeconds), TimeSpan.FromSeconds(state.Seconds));
        Optimizer.Counters = state.Counters;
        EarlyStopping.State = (state.Waited, state.WaitedFrom);
        Best.Keep(state.BestEpoch is { } epoch ? Snapshot.Of(network.Model, epoch, state.Best) : null);
        using var random = get_rng_state();
        TrainingState.Fill(tensors, [.. Tensors, random]);
        set_rng_state(random);
    }

    /// <summary>Writes a checkpoint.</summary>
    public void Write(Stream file)
    {
        var (waited, waitedFrom) = EarlyStopping.State;
        var state = new TrainingState(
            settings.ToJson(), Step, Epoch, EpochSums.Sums, EpochSums.Samples, Optimizer.Counters, waited, waitedFrom,
            Best.Snapshot?.Epoch, Best.Snapshot?.Validation,
            Clock.InSteps.TotalSeconds, Clock.Elapsed.TotalSeconds, Sampler.Spent.TotalSeconds);
        using var random = get_rng_state();
        state.Write(file, [.. Tensors, random]);
    }

    public void Dispose()
    {
        Sampler.Dispose();
        Optimizer.Dispose();
        Average?.Dispose();
        Best.Dispose();
    }
}
