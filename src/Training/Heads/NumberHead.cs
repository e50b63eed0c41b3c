using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using static TorchSharp.torch;

namespace ConcatService.Training.Heads;

/// <summary>Numbers: output and target of the same sizes.</summary>
/// <param name="shape">Of the output: it is compared as the spec writes it.</param>
internal sealed class NumberHead(string output, Wire scores, Shape shape, LossSettings loss) : Head(output, scores, loss)
{
    private readonly int _numbers = (int)shape.ElementsPerSample!.Value;

    public override IReadOnlyList<string> MetricNames { get; } = ["r2", "mae"];

    public override int SumCount => (3 * _numbers) + 2;

    public override Tensor Loss(Tensor scores, Tensor target, bool training)
    {
        var given = TorchModel.ToWrittenOrder(scores, shape);
        return Minimized switch
        {
            HuberSettings huber => nn.functional.huber_loss(given, target, huber.Delta),
            { Type: "mae" } => nn.functional.l1_loss(given, target),
            _ => nn.functional.mse_loss(given, target),
        };
    }

    /// <summary>For each number: squared differences, targets, squared targets; then absolute differences of all, and samples.</summary>
    public override Tensor Sums(Tensor scores, Tensor target)
    {
        var truth = target.to(ScalarType.Float64).flatten(1);                           // [N, numbers]
        var difference = TorchModel.ToWrittenOrder(scores, shape).to(ScalarType.Float64).flatten(1) - truth;
        return cat([
            difference.square().sum(dim: 0),
            truth.sum(dim: 0),
            truth.square().sum(dim: 0),
            stack([difference.abs().sum(), ones_like(truth.select(1, 0)).sum()]),
        ]);
    }

    /// <summary>
    /// R² is one minus the squared differences of all numbers over their squared distances from their means: 0 for who always says the
    /// mean.
    /// </summary>
    public override IReadOnlyList<double> Metrics(ReadOnlySpan<double> sums)
    {
        var (samples, off, spread) = (sums[^1], 0.0, 0.0);
        for (var i = 0; i < _numbers; i++)
        {
            off += sums[i];
            spread += sums[(2 * _numbers) + i] - (sums[_numbers + i] * sums[_numbers + i] / samples);
        }

        return [spread > 0 ? 1 - (off / spread) : 0, sums[^2] / (samples * _numbers)];
    }
}
