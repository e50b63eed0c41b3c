using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using static TorchSharp.torch;

namespace ConcatService.Training.Heads;

/// <summary>Labels that are there or not: scores and targets [N, labels].</summary>
internal sealed class LabelHead(string output, Wire scores, LossSettings loss) : Head(output, scores, loss)
{
    public override IReadOnlyList<string> MetricNames { get; } = ["f1", "label_accuracy"];

    public override int SumCount => 5;

    public override Tensor Loss(Tensor scores, Tensor target, bool training)
    {
        if (Minimized is not FocalSettings focal)
            return nn.functional.binary_cross_entropy_with_logits(scores, target);
        var each = ClassLoss.Focal(
            nn.functional.binary_cross_entropy_with_logits(scores, target, reduction: nn.Reduction.None),
            focal.Gamma
        );
        return (focal.Alpha is { } alpha ? each * ClassLoss.Alphas(alpha, target) : each).mean();
    }

    /// <summary>Labels that are there and were said to be, that were said to be, that are there, that are told rightly, all.</summary>
    public override Tensor Sums(Tensor scores, Tensor target)
    {
        var said = scores.gt(0).to(ScalarType.Float64);                                 // a probability above one half
        var truth = target.to(ScalarType.Float64);
        return stack([(said * truth).sum(), said.sum(), truth.sum(), said.eq(truth).to(ScalarType.Float64).sum(), ones_like(truth).sum()]);
    }

    /// <summary>F1 is over all labels of all samples together ("micro").</summary>
    public override IReadOnlyList<double> Metrics(ReadOnlySpan<double> sums) =>
        [sums[1] + sums[2] == 0 ? 1 : 2 * sums[0] / (sums[1] + sums[2]), sums[3] / sums[4]];
}
