namespace ConcatService.Domain.Telemetry;

/// <summary>Everything that is measured in a sample, one row a signal. Trainer, verdicts and answers read it here.</summary>
public static class Signals
{
    private static readonly List<Signal> Rows = [];

    public static Signal ActivationRms { get; } = OfBranch(
        "activation_rms", "the activations' unit, at least 0",
        "√mean(x²) of the branch's output x");

    public static Signal GradientRms { get; } = OfBranch(
        "gradient_rms", "loss per unit of activation, at least 0",
        "√mean(g²) of the loss's gradient g at the branch's output; missing where no layer before the merge has weights");

    public static Signal GradientToActivation { get; } = OfBranch(
        "gradient_to_activation", "loss per squared unit of activation, at least 0",
        "gradient_rms / activation_rms; missing where either is missing or activation_rms is below 1e-12");

    public static Signal DeadChannels { get; } = OfBranch(
        "dead_channels", "share, 0 to 1",
        "the share of channels whose Euclidean norm over all samples and positions is below 1e-6");

    public static Signal WeightShare { get; } = OfBranch(
        "weight_share", "share, 0 to 1; the branches' shares add up to 1",
        "‖Wᵢ‖² / Σ‖Wⱼ‖² of the weights W of the layer that consumes the concat; missing where there is no such layer");

    public static Signal ContributionShare { get; } = OfBranch(
        "contribution_share", "share; the branches' shares add up to 1, a negative one works against the others",
        "⟨Zᵢ, Z⟩ / ‖Z‖² with Z = Σ Zᵢ, where Zᵢ is what the consuming layer computes from the branch, without its mean per output channel, "
            + "which a bias or norm takes away; of a sum Zᵢ is the branch itself; missing where nothing weighs the branches");

    public static Signal EffectiveRank { get; } = OfBranch(
        "effective_rank", "number of directions, at least 1",
        "exp(-Σ p ln p) over the singular values of the pooled and centered batch, with p their shares of the sum",
        "Roy and Vetterli 2007");

    public static Signal Similarity { get; } = OfBranch(
        "similarity", "CKA, 0 to 1, 1 for equal representations",
        "linear CKA with the most similar other branch of the merge, 0 where either tells no samples apart; missing for batches under 8",
        "Nguyen et al. 2021, unbiased HSIC of Song et al. 2012");

    public static Signal Twin { get; } = OfBranch(
        "twin", "index of a branch, from 0",
        "the branch that similarity was measured with; missing for batches under 8");

    public static Signal TargetSimilarity { get; } = OfBranch(
        "target_similarity", "CKA, 0 to 1",
        "linear CKA with the targets of the network's only output; missing for batches under 8 and networks with several outputs",
        "Nguyen et al. 2021, unbiased HSIC of Song et al. 2012");

    /// <summary>What the network loses when the branch is replaced by its mean over the batch.</summary>
    public static Change Mean { get; } = new("mean", "the branch's mean over the samples of the batch", OfEvaluation);

    /// <summary>What the network loses when the branch is given the values of other samples.</summary>
    public static Change Shuffle { get; } = new("shuffle", "its values of other samples of the batch", OfEvaluation);

    public static Signal PairLow { get; } = OfEvaluation(
        "pair_loss_low", "loss",
        "the lower end of the 95 % interval of the change of the loss when the branch and the one of pair_with are both shuffled; "
            + "missing where either alone is missed");

    public static Signal PairWith { get; } = OfEvaluation(
        "pair_with", "index of a branch, from 0",
        "the branch without which, and without this one, the network loses most");

    public static Signal GradientNorm { get; } = OfLayer(
        "gradient_norm", "loss per unit of weight, at least 0",
        "the Euclidean norm of the gradient of the layer's weights before clipping");

    public static Signal UpdateRatio { get; } = OfLayer(
        "update_ratio", "ratio, at least 0",
        "‖Δw‖ / ‖w‖: the length of the optimizer's step by that of the layer's weights before it");

    public static Signal DeadUnits { get; } = OfLayer(
        "dead_units", "share, 0 to 1",
        "of relu and relu6: the share of channels that are above 0 at fewer than 1 % of all samples and positions",
        "Amazon SageMaker Debugger, DeadRelu");

    public static Signal SaturatedUnits { get; } = OfLayer(
        "saturated_units", "share, 0 to 1",
        "of tanh and sigmoid: the share of channels whose inputs lie where the derivative is below 1e-7 at more than 99 % of all samples "
            + "and positions",
        "Amazon SageMaker Debugger, SaturatedActivation");

    public static Signal Overhead { get; } = Add(new(
        "telemetry_overhead", SignalScope.Job, "share, 0 to 1",
        "the time spent on samples so far by the time of all steps so far", null));

    /// <summary>Every row, in the order of the table.</summary>
    public static IReadOnlyList<Signal> All => Rows;

    /// <summary>The rows that are measured of branches.</summary>
    public static IReadOnlyList<Signal> OfBranches { get; } = [.. Rows.Where(signal => signal.Scope == SignalScope.Branch)];

    /// <summary>The rows that are measured of branches at evaluations.</summary>
    public static IReadOnlyList<Signal> OfEvaluations { get; } = [.. Rows.Where(signal => signal.Scope == SignalScope.Evaluation)];

    /// <summary>A change of loss and accuracy on held-out samples, with its paired 95 % interval.</summary>
    public sealed class Change
    {
        internal Change(string name, string by, Func<string, string, string, string?, Signal> add)
        {
            var what = $"on up to 512 held-out samples, with the branch replaced by {by}, minus the same samples with the branch";
            const string interval = "of its 95 % interval: Student's t over the means of 16 samples each, paired";
            Loss = add($"{name}_loss_change", "loss; above 0 the branch is needed", $"the loss {what}", null);
            LossLow = add($"{name}_loss_low", "loss", $"the lower end {interval}", null);
            LossHigh = add($"{name}_loss_high", "loss", $"the upper end {interval}", null);
            Accuracy = add(
                $"{name}_accuracy_change", "share, -1 to 1; below 0 the branch is needed",
                $"the accuracy {what}; missing where the network has not one output that tells classes apart", null);
            AccuracyLow = add($"{name}_accuracy_low", "share", $"the lower end {interval}", null);
            AccuracyHigh = add($"{name}_accuracy_high", "share", $"the upper end {interval}", null);
        }

        public Signal Loss { get; }

        public Signal LossLow { get; }

        public Signal LossHigh { get; }

        public Signal Accuracy { get; }

        public Signal AccuracyLow { get; }

        public Signal AccuracyHigh { get; }
    }

    private static Signal OfEvaluation(string name, string unit, string formula, string? source = null) =>
        Add(new(name, SignalScope.Evaluation, unit, formula, source));

    private static Signal OfBranch(string name, string unit, string formula, string? source = null) =>
        Add(new(name, SignalScope.Branch, unit, formula, source));

    private static Signal OfLayer(string name, string unit, string formula, string? source = null) =>
        Add(new(name, SignalScope.Layer, unit, formula, source));

    private static Signal Add(Signal row)
    {
        Rows.Add(row);
        return row;
    }
}
