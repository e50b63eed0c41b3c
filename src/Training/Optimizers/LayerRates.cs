using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training.Optimizers;

/// <summary>Layers that are frozen, or learn at a rate of their own.</summary>
internal static class LayerRates
{
    /// <summary>Frozen layers ask for no gradients and run as in evaluation.</summary>
    public static void Freeze(TorchModel model, TrainingSettings settings)
    {
        if (settings.Freeze.Count == 0)
            return;
        foreach (var layer in model.Layers.Where(layer => settings.IsFrozen(layer.Plan.Name)))
            layer.IsFrozen = true;
        foreach (var (_, parameter) in Owned(model).Where(each => settings.RateOf(each.Layer) == 0))
            parameter.Tensor.requires_grad_(false);
    }

    /// <summary>The optimizer with the factors of the settings.</summary>
    public static Optimizer Scaled(Optimizer optimizer, TrainingSettings settings, TorchModel model)
    {
        if (settings.Freeze.Count + settings.LearningRates.Count == 0)
            return optimizer;
        using var scope = NewDisposeScope();
        var rates = ones_like(model.Weights);
        foreach (var (layer, parameter) in Owned(model))
            rates.narrow(0, parameter.Offset, parameter.Declared.Count).fill_(settings.RateOf(layer));
        optimizer.Scale(rates.DetachFromDisposeScope());
        return optimizer;
    }

    /// <summary>The trainable parameters, each with the layer that it belongs to.</summary>
    private static IEnumerable<(string Layer, ModelParameter Parameter)> Owned(TorchModel model) =>
        model
            .Parameters.Where(parameter => parameter.Declared.Trainable)
            .Select(parameter => (parameter.Key[..^(parameter.Declared.Name.Length + 1)], parameter));
}
