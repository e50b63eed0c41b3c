using ConcatService.Domain.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training.Telemetry;

/// <summary>Where numbers stopped being finite: a second look at a step that is over. It looks at every number, and is for once.</summary>
internal static class Divergence
{
    /// <summary>
    /// Of a loss: the first layer whose output for one of the step's batches is not finite; when all are, the one that the first loss is
    /// taken of, whose scores are then too far apart.
    /// </summary>
    public static Outcome.Diverged OfLoss(Network network, IEnumerable<Tensor[]> batches, long step, double rate)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        string? first = null;
        network.Model.Observer = (layer, _, outputs) => first ??= Array.TrueForAll(outputs, IsFinite) ? null : layer.Plan.Name;
        foreach (var inputs in batches.TakeWhile(_ => first is null))
            network.Scores(inputs);
        network.Model.Observer = null;
        return At(network, "loss", first ?? network.Heads[0].Scores.Source, step, rate);
    }

    /// <summary>Of a gradient, which comes from the loss: the last layer whose own is not finite.</summary>
    public static Outcome.Diverged OfGradient(Network network, long step, double rate)
    {
        using var scope = NewDisposeScope();
        var last = network.Model.Layers.Last(layer =>
            layer.Parameters.Values.Any(parameter => parameter.grad is { } gradient && !IsFinite(gradient))
        );
        return At(network, "gradient", last.Plan.Name, step, rate);
    }

    private static bool IsFinite(Tensor x)
    {
        using var scope = NewDisposeScope();
        return x.isfinite().all().item<bool>();
    }

    private static Outcome.Diverged At(Network network, string what, string layer, long step, double rate)
    {
        var place = ConcatNode.PlaceOf(network.Model.Plan, layer);
        return new(what, step, layer, place?.Concat, place?.Branch, rate);
    }
}
