using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Jobs;

/// <summary>Cross entropy over the classes. A network that ends in softmax is trained on the logits before it.</summary>
public sealed record LossSettings
{
    /// <summary>The part of the target that is spread over all classes, as in torch.nn.CrossEntropyLoss. Default: 0. Reported losses of validation and test leave it out.</summary>
    [Between(0, 0.999)]
    public double LabelSmoothing { get; init; }
}
