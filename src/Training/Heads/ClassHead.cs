using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using static TorchSharp.torch;

namespace ConcatService.Training.Heads;

/// <summary>One class a sample: scores [N, classes], targets [N].</summary>
internal sealed class ClassHead(string output, Wire scores, ClassLossSettings loss) : Head(output, scores, loss)
{
    public override IReadOnlyList<string> MetricNames { get; } = ["accuracy"];

    public override int SumCount => 2;

    public override Tensor ClassScores(Tensor scores) => ByClass(scores);

    public override Tensor? Divisor(Tensor target) => ClassLoss.Divisor(loss, target);

    public override Tensor Loss(Tensor scores, Tensor target, bool training) => ClassLoss.Of(loss, ByClass(scores), target, training);

    /// <summary>Right answers, all answers.</summary>
    public override Tensor Sums(Tensor scores, Tensor target)
    {
        var right = ByClass(scores).argmax(1).eq(target).to(ScalarType.Float64);
        return stack([right.sum(), ones_like(right).sum()]);
    }

    public override IReadOnlyList<double> Metrics(ReadOnlySpan<double> sums) => [sums[0] / sums[1]];
}
