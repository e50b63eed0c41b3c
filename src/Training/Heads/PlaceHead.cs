using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using static TorchSharp.torch;

namespace ConcatService.Training.Heads;

/// <summary>A class at each place: scores [N, classes, H, W] (or with other places), targets [N, H, W].</summary>
internal sealed class PlaceHead(string output, Wire scores, ClassLossSettings loss, int classes) : Head(output, scores, loss)
{
    private const double Smooth = 1e-5; // as in nnU-Net: a class that is neither there nor foreseen counts as right

    public override IReadOnlyList<string> MetricNames { get; } = ["mean_iou", "pixel_accuracy", "dice"];

    public override int SumCount => 3 * classes;

    public override Tensor ClassScores(Tensor scores) => ByClass(scores);

    public override Tensor? Divisor(Tensor target) => ClassLoss.Divisor(loss, target);

    /// <summary>Dice is of classes already, so their weights are those of the cross entropy alone.</summary>
    public override Tensor Loss(Tensor scores, Tensor target, bool training)
    {
        var byClass = ByClass(scores);
        var entropy = ClassLoss.Of(loss, byClass, target, training);
        return loss is CrossEntropySettings { WithDice: true } ? entropy + (1 - MeanDice(byClass.softmax(1), target)) : entropy;
    }

    /// <summary>For each class: pixels that are and were said to be of it, that were said to be, that are.</summary>
    public override Tensor Sums(Tensor scores, Tensor target)
    {
        var said = ByClass(scores).argmax(1).flatten();
        var truth = target.flatten();
        var both = bincount(truth, said.eq(truth).to(ScalarType.Float64), classes);
        return cat([
            both,
            bincount(said, minlength: classes).to(ScalarType.Float64),
            bincount(truth, minlength: classes).to(ScalarType.Float64),
        ]);
    }

    /// <summary>Mean IoU and Dice, 2 both / (said + truth), are over the classes that are there or were said to be.</summary>
    public override IReadOnlyList<double> Metrics(ReadOnlySpan<double> sums)
    {
        var (iou, dice, seen, right, all) = (0.0, 0.0, 0, 0.0, 0.0);
        for (var i = 0; i < classes; i++)
        {
            var (both, said, truth) = (sums[i], sums[classes + i], sums[(2 * classes) + i]);
            (right, all) = (right + both, all + truth);
            if (said + truth == 0)
                continue;
            iou += both / (said + truth - both);
            dice += 2 * both / (said + truth);
            seen++;
        }

        return [iou / seen, right / all, dice / seen];
    }

    /// <summary>
    /// 2 Σ p t / (Σ p + Σ t) for each class over the whole batch, and of these the mean (Milletari et al. 2016 with plain sums, as nnU-Net
    /// has it).
    /// </summary>
    private static Tensor MeanDice(Tensor probabilities, Tensor target)
    {
        // [N, H, W] -> [N, classes, H, W]
        var wanted = nn.functional.one_hot(target, probabilities.shape[1]).movedim([-1], [1]).to(ScalarType.Float32);
        long[] all = [0, .. Enumerable.Range(2, (int)probabilities.dim() - 2).Select(dim => (long)dim)];
        var both = (probabilities * wanted).sum(all);                                   // [classes]
        return ((2 * both) + Smooth).div(probabilities.sum(all) + wanted.sum(all) + Smooth).mean();
    }
}
