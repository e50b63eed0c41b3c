using ConcatService.Domain.Operators;
using ConcatService.Domain.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>The signals of layers on their own. Formulas: <see cref="Signals"/>.</summary>
internal sealed class LayerSignals
{
    /// <summary>Layers of a kind that are watched at once; of more, at even distances.</summary>
    private const int Most = 128;

    private const double Rare = 0.01; // SageMaker's DeadRelu and SaturatedActivation

    private readonly TorchModel _model;
    private readonly HashSet<string> _activations;
    private readonly List<(string Name, long From, long Count)> _weights;

    public LayerSignals(TorchModel model)
    {
        _model = model;
        _activations =
        [
            .. Spread(
                model
                    .Plan.Layers.Where(layer => layer.Operator.Nonlinearity?.Alive is not null)
                    .Select(layer => layer.Name)
            ),
        ];
        var trainable = model.Layers.Zip(PlacesOf(model)).Where(pair => pair.Second.Count > 0);
        _weights = [.. Spread(trainable.Select(pair => (pair.First.Plan.Name, pair.Second.From, pair.Second.Count)))];
    }

    public void OfActivation(PlannedLayer layer, Tensor x, Tensor y, Readings readings)
    {
        if (!_activations.Contains(layer.Name))
            return;
        var channels = layer.Output.Has(Domain.Shapes.Axis.Channels) ? layer.Output.Index(Domain.Shapes.Axis.Channels) : 1;
        var (from, to) = layer.Operator.Nonlinearity!.Alive!.Value;
        var saturates = layer.Operator.Effect == Effect.Saturates;
        var alive = saturates
            ? Between(ConcatSignals.FirstOf(x), from, to)
            : ConcatSignals.FirstOf(y).gt(from);
        var signal = saturates ? Signals.SaturatedUnits : Signals.DeadUnits;
        var others = Enumerable
            .Range(0, (int)alive.dim())
            .Where(dimension => dimension != channels)
            .Select(dimension => (long)dimension)
            .ToArray();
        readings.Add(signal.SeriesOf(layer.Name), alive.to(ScalarType.Float32).mean(others).lt(Rare).to(ScalarType.Float32).mean());
    }

    private static Tensor Between(Tensor x, double from, double to) => x.gt(from).logical_and(x.lt(to));

    /// <param name="gradient">Of all trainable parameters.</param>
    public void OfGradient(Tensor gradient, Readings readings)
    {
        foreach (var (name, from, count) in _weights)
            readings.Add(Signals.GradientNorm.SeriesOf(name), gradient.narrow(0, from, count).norm());
    }

    /// <param name="before">All trainable parameters as they were before the step.</param>
    public void OfStep(Tensor before, Readings readings)
    {
        var moved = _model.Weights.detach() - before;
        foreach (var (name, from, count) in _weights)
            readings.Add(
                Signals.UpdateRatio.SeriesOf(name),
                moved.narrow(0, from, count).norm() / before.narrow(0, from, count).norm().clamp_min(1e-30)
            );
    }

    /// <summary>For each layer the part of the vector of all trainable parameters that its own are in.</summary>
    private static IEnumerable<(long From, long Count)> PlacesOf(TorchModel model)
    {
        var byKey = model.Parameters.ToDictionary(parameter => parameter.Key);
        foreach (var layer in model.Plan.Layers)
        {
            var own = layer.Parameters.Where(parameter => parameter.Trainable).Select(parameter => byKey[layer.KeyOf(parameter)]).ToList();
            yield return own.Count == 0 ? (0, 0) : (own[0].Offset, own[^1].Offset + own[^1].Declared.Count - own[0].Offset);
        }
    }

    private static IEnumerable<T> Spread<T>(IEnumerable<T> all)
    {
        var list = all.ToList();
        var every = Math.Max(1, (list.Count + Most - 1) / Most);
        return list.Where((_, i) => i % every == 0);
    }
}
