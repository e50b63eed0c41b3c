using ConcatService.Training.Data;
using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>The batch norms that have channels of no variance: what arrives there is the same for every sample.</summary>
internal static class FlatNorms
{
    /// <summary>
    /// A variance this much below eps says nothing: the norm then multiplies by 1/√eps, 316 by default, whatever arrives, and with it
    /// rounding, and what the running mean lags behind.
    /// </summary>
    private const double PartOfEps = 0.01;

    /// <summary>A running variance starts at 1 and falls by a tenth in each step: below this the norm is looked at.</summary>
    private const double Suspicious = 0.1;

    /// <summary>A deviation below this part of the mean is what is left of rounding, behind other norms too.</summary>
    private const double PartOfMean = 1e-3;

    /// <summary>
    /// Lets flat channels give what they gave in training, their shift: the mean of a batch becomes their running mean, which lags behind
    /// while weights move, and 1 their variance, so that no rounding is multiplied. Disposing puts back what was there. Draws no random
    /// number that is missed, and touches no other channel.
    /// </summary>
    /// <param name="take">A batch to train on; asked only where a channel may be flat.</param>
    public static IDisposable? Settle(Network network, Func<Batch> take)
    {
        var model = network.Model;
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var suspects = model.Layers
            .Where(layer => layer.Plan.Operator.VarianceFloor is not null && layer.Parameters.TryGetValue("running_var", out var variance)
                && variance.lt(Suspicious).any().item<bool>())
            .Select(layer => layer.Plan.Name)
            .ToHashSet();
        if (suspects.Count == 0)
            return null;
        Tensor[] buffers = [.. model.Parameters.Where(each => !each.Declared.Trainable).Select(each => each.Tensor)];
        var before = new Kept(buffers);
        var found = new List<(TorchLayer Layer, Tensor Mean, Tensor IsFlat)>();
        using var random = get_rng_state();
        (model.Training, model.Precision) = (true, ScalarType.Float32);
        model.Observer = (layer, inputs, _) =>
        {
            if (suspects.Contains(layer.Plan.Name))
                found.Add(Look(layer, inputs[0]));
        };
        network.Scores(take().Inputs);
        model.Observer = null;
        model.Training = false;
        set_rng_state(random);
        before.PutBack();
        foreach (var (layer, mean, isFlat) in found)
        {
            layer["running_mean"].copy_(where(isFlat, mean, layer["running_mean"]));
            layer["running_var"].masked_fill_(isFlat, 1);
        }

        return before;
    }

    private static (TorchLayer, Tensor, Tensor) Look(TorchLayer layer, Tensor input)
    {
        var x = input.to(ScalarType.Float64);
        long[] others = [0, .. Enumerable.Range(2, (int)x.dim() - 2).Select(i => (long)i)];
        var mean = x.mean(others);
        var deviation = (x - x.mean(others, keepdim: true)).square().mean(others).sqrt();
        var isFlat = deviation.le(mean.abs() * PartOfMean)
            .logical_and(deviation.square().lt(layer.Plan.Operator.VarianceFloor!.Value * PartOfEps));
        return (layer, mean.to(ScalarType.Float32).MoveToOuterDisposeScope(), isFlat.MoveToOuterDisposeScope());
    }

    /// <summary>The buffers of a model as they were.</summary>
    private sealed class Kept : IDisposable
    {
        private readonly List<(Tensor Live, Tensor Before)> _pairs;

        public Kept(IEnumerable<Tensor> buffers) =>
            _pairs = [.. buffers.Select(live => (live, live.clone().DetachFromDisposeScope()))];

        public void PutBack()
        {
            using var untracked = no_grad();
            foreach (var (live, before) in _pairs)
                live.copy_(before);
        }

        public void Dispose()
        {
            if (_pairs.Count > 0)
                PutBack();
            _pairs.ForEach(pair => pair.Before.Dispose());
            _pairs.Clear();
        }
    }

    /// <param name="Channels">How many of the norm's channels are flat.</param>
    public sealed record Flat(string Layer, long Channels, long All, double Factor)
    {
        public override string ToString() =>
            $"{Channels} of the {All} channels of {Layer} have no variance, so it multiplies them by {Factor:0}";
    }

    public static List<Flat> Of(TorchModel model)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var found = new List<Flat>();
        foreach (var layer in model.Layers)
        {
            if (layer.Plan.Operator.VarianceFloor is not { } eps || !layer.Parameters.TryGetValue("running_var", out var variance))
                continue;
            var flat = variance.lt(eps * PartOfEps).sum().item<long>();
            if (flat > 0)
                found.Add(new(layer.Plan.Name, flat, variance.numel(), 1 / Math.Sqrt(eps)));
        }

        return found;
    }
}
