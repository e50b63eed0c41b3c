using ConcatService.Domain.Data;
using ConcatService.Domain.Graphs;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Planning;
using static TorchSharp.torch;

namespace ConcatService.Training.Heads;

/// <summary>One output being trained: where its scores are, what is minimized there, and how good it is.</summary>
internal abstract class Head(string output, Wire scores, LossSettings loss)
{
    public string Output => output;

    /// <summary>The value that the loss is taken of: the output, or what goes into a softmax or sigmoid at the end.</summary>
    public Wire Scores => scores;

    public double Weight => loss.Weight;

    protected LossSettings Minimized => loss;

    /// <summary>What <see cref="Metrics"/> gives, the score that models are chosen by first: the higher, the better.</summary>
    public abstract IReadOnlyList<string> MetricNames { get; }

    /// <summary>How many numbers <see cref="Sums"/> gives.</summary>
    public abstract int SumCount { get; }

    /// <param name="target">What the data set says of this output.</param>
    /// <param name="loss">Fits the target; not <c>auto</c>.</param>
    public static Head For(Plan plan, GraphOutput output, DataTarget target, LossSettings loss) => target.Task switch
    {
        LearningTask.Classification => new ClassHead(
            output.Name,
            Before(plan, output, gives => gives != ScoreForm.Plain),
            (ClassLossSettings)loss
        ),
        LearningTask.Segmentation => new PlaceHead(
            output.Name,
            Before(plan, output, gives => gives != ScoreForm.Plain),
            (ClassLossSettings)loss,
            target.Classes.Count
        ),
        LearningTask.Multilabel => new LabelHead(output.Name, Before(plan, output, gives => gives == ScoreForm.Probabilities), loss),
        _ => new NumberHead(output.Name, output.Wire, plan.Shapes[output.Wire], loss),
    };

    /// <summary>Whether <see cref="Divisor"/> gives anything.</summary>
    public bool IsWeighted => loss is ClassLossSettings { ClassWeights: not null };

    /// <summary>
    /// What the mean of the training loss divides by, a scalar: a sum of weights. Null where that is the number of samples.
    /// </summary>
    public virtual Tensor? Divisor(Tensor target) => null;

    /// <summary>The mean over the batch, a scalar.</summary>
    /// <param name="scores">float32, in memory order.</param>
    /// <param name="target">int64 classes, or float32.</param>
    /// <param name="training">Whether labels are smoothed and classes weighted.</param>
    public abstract Tensor Loss(Tensor scores, Tensor target, bool training);

    /// <summary>[N, classes, …], of which the largest is the answer; null where no classes are told apart.</summary>
    public virtual Tensor? ClassScores(Tensor scores) => null;

    /// <summary>What adds up over batches to what the metrics need: float64 <c>[SumCount]</c>.</summary>
    public abstract Tensor Sums(Tensor scores, Tensor target);

    /// <summary>The metrics of everything that was added up, in the order of their names.</summary>
    public abstract IReadOnlyList<double> Metrics(ReadOnlySpan<double> sums);

    /// <summary>
    /// The output, or what goes into an activation at the end: a loss that takes scores is exact where the logarithm of a probability is
    /// not.
    /// </summary>
    private static Wire Before(Plan plan, GraphOutput output, Func<ScoreForm, bool> isTaken)
    {
        var last = plan.Layers.FirstOrDefault(layer => layer.Name == output.Wire.Source);
        return last?.Operator.Nonlinearity is { } activation && isTaken(activation.Gives) ? last.Inputs[0] : output.Wire;
    }

    /// <summary>Two classes told by one number z are the scores 0 and z: [N, 1, …] -> [N, 2, …].</summary>
    protected static Tensor ByClass(Tensor scores) => scores.shape[1] == 1 ? cat([zeros_like(scores), scores], 1) : scores;
}
