using ConcatService.Domain.Jobs;
using static TorchSharp.torch;

namespace ConcatService.Training.Heads;

/// <summary>The losses that are taken of the score of the right class.</summary>
internal static class ClassLoss
{
    /// <param name="byClass">[N, classes, …].</param>
    /// <param name="target">[N, …].</param>
    /// <param name="training">Whether labels are smoothed and classes weighted.</param>
    public static Tensor Of(ClassLossSettings loss, Tensor byClass, Tensor target, bool training)
    {
        var weights = training ? WeightsOf(loss, target) : null;
        if (loss is not FocalSettings focal)
            return nn.functional.cross_entropy(
                byClass,
                target,
                weights,
                label_smoothing: training ? ((CrossEntropySettings)loss).LabelSmoothing : 0
            );

        var each = Focal(nn.functional.cross_entropy(byClass, target, reduction: nn.Reduction.None), focal.Gamma);     // [N, …]
        if (focal.Alpha is { } alpha)
            each *= Alphas(alpha, target.to(ScalarType.Float32));
        if (weights is null)
            return each.mean();
        var weight = weights.take(target);                                              // [N, …]
        return (each * weight).sum() / weight.sum();
    }

    /// <summary>The sum of the weights of these targets, by which the mean divides; null where all classes count the same.</summary>
    public static Tensor? Divisor(ClassLossSettings loss, Tensor target) => WeightsOf(loss, target)?.take(target).sum();

    /// <summary>
    /// (1 - p)^gamma · -log p, of -log p. What is as good as certain is kept off p = 1, where a gamma below 1 has no derivative.
    /// </summary>
    public static Tensor Focal(Tensor entropy, double gamma) => entropy.negative().expm1().negative().clamp_min(1e-12).pow(gamma) * entropy;

    /// <summary>alpha where the target is 1, one minus alpha where it is 0.</summary>
    public static Tensor Alphas(double alpha, Tensor target) => (target * ((2 * alpha) - 1)) + (1 - alpha);

    private static Tensor? WeightsOf(ClassLossSettings loss, Tensor beside) =>
        loss.ClassWeights?.Given is { } weights ? tensor(weights.Select(weight => (float)weight).ToArray(), device: beside.device) : null;
}
