using ConcatService.Domain.Data;
using ConcatService.Domain.Jobs;
using ConcatService.Training.Data;
using ConcatService.Training.Heads;
using ConcatService.Training.Telemetry;
using static TorchSharp.torch;

namespace ConcatService.Training;

/// <summary>A network being trained: the model, and one head for each of its outputs.</summary>
internal sealed class Network(TorchModel model, IReadOnlyList<Head> heads)
{
    public TorchModel Model => model;

    public IReadOnlyList<Head> Heads => heads;

    /// <summary>Runs units of the network again on the way back. Default: null, all that the way back reads is held.</summary>
    private Recomputation? Recomputation { get; init; }

    /// <param name="losses">Resolved: none is <c>auto</c>.</param>
    /// <param name="recompute">Whether units of the network run again on the way back.</param>
    public static Network Of(TorchModel model, DataSetInfo data, OutputLosses losses, bool recompute = false)
    {
        var targets = DataBinding.Of(model.Plan, data).Outputs(model.Plan, data);
        Head[] heads =
            [.. model.Plan.Outputs.Zip(targets, (output, bound) => Head.For(model.Plan, output, bound.Target, losses[output.Name]))];
        return new(model, heads) { Recomputation = recompute ? new(model, heads.Select(head => head.Scores)) : null };
    }

    /// <summary>Inputs as the spec writes them -> the scores of each head, float32 in memory order.</summary>
    /// <param name="sampler">Is shown the outputs that it asks for.</param>
    public Tensor[] Scores(Tensor[] inputs, Sampler? sampler = null)
    {
        var values =
            Recomputation is not null && is_grad_enabled()
                ? Recomputation.Forward(inputs, sampler)
                : model.Run([.. heads.Select(head => head.Scores), .. sampler?.Held ?? []], inputs);
        sampler?.Watch(values);
        return [.. heads.Select(head => values[head.Scores].to(ScalarType.Float32))];
    }

    /// <summary>Adds the gradient of a loss of the last scores to every parameter's.</summary>
    public void Backward(Tensor loss)
    {
        if (Recomputation is null)
            loss.backward();
        else
            Recomputation.Backward(loss);
    }

    /// <summary>The weighted sum of the heads' losses, each a mean over the batch.</summary>
    public Tensor Loss(Tensor[] scores, Tensor[] targets, bool training) => Sum(Losses(scores, targets, training));

    /// <summary>The heads' losses, each a mean over the batch times the head's weight.</summary>
    public Tensor[] Losses(Tensor[] scores, Tensor[] targets, bool training) =>
        [
            .. heads.Select((head, i) =>
                head.Loss(scores[i], targets[i], training) is var loss && head.Weight != 1 ? loss * head.Weight : loss
            ),
        ];

    public static Tensor Sum(Tensor[] losses) => losses.Aggregate((sum, loss) => sum + loss);

    /// <summary>What the mean over all batches of a group divides by, for each head; null where every batch counts the same.</summary>
    public Tensor?[] Divisors(Func<Batch>[] group)
    {
        var sums = new Tensor?[heads.Count];
        foreach (var take in group)
        {
            using var scope = NewDisposeScope();
            var targets = heads.Any(head => head.IsWeighted) ? take().Targets : [];
            for (var i = 0; i < targets.Length; i++)
            {
                if (heads[i].Divisor(targets[i]) is { } divisor)
                    sums[i] = (sums[i] is { } sum ? sum + divisor : divisor).MoveToOuterDisposeScope();
            }
        }

        return sums;
    }

    /// <summary>
    /// A batch's part in the loss of its group: the parts of all batches add up to the loss of one batch with all samples.
    /// </summary>
    /// <param name="losses">Of the batch.</param>
    /// <param name="divisors">Of the group.</param>
    /// <param name="batches">How many the group has.</param>
    public Tensor Part(Tensor[] losses, Tensor[] targets, Tensor?[] divisors, int batches) =>
        Sum([.. losses.Select((loss, i) => divisors[i] is { } all ? loss * (heads[i].Divisor(targets[i])! / all) : loss / batches)]);
}
