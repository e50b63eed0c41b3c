using ConcatService.Domain.Graphs;
using ConcatService.Domain.Planning;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>A classifier being trained: the model, and where in it the scores are that the loss is taken of.</summary>
internal sealed class Network(TorchModel model, Wire logits)
{
    public TorchModel Model => model;

    public static Network Of(TorchModel model) => new(model, LogitsOf(model.Plan));

    /// <summary>[N, C, H, W] in 0..1 as the spec writes it -> float32 [N, classes].</summary>
    public Tensor Logits(Tensor images) => model.Run(images)[logits].to(ScalarType.Float32);

    /// <summary>The first layer whose output for this batch is not finite; when all are, the one that the loss is taken of, whose scores are then too far apart. Not for every step: it looks at every number.</summary>
    public string FirstNotFinite(Tensor images)
    {
        using var untracked = no_grad();
        using var scope = NewDisposeScope();
        var values = model.Run(images);
        return model.Plan.Layers.FirstOrDefault(layer => !values[new(layer.Name)].isfinite().all().item<bool>())?.Name ?? logits.Source;
    }

    /// <summary>The output, or what goes into a softmax at the end: cross entropy of the logits is exact where the logarithm of a softmax is not.</summary>
    private static Wire LogitsOf(Plan plan)
    {
        var output = plan.Outputs[0].Wire;
        var last = plan.Layers.FirstOrDefault(layer => layer.Name == output.Source);
        return last?.Operator.Kind is "softmax" or "log_softmax" ? last.Inputs[0] : output;
    }
}
