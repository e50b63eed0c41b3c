namespace ConcatService.Domain.Telemetry;

/// <summary>
/// What is measured in a sample, and the names of its series: <c>concat/LAYER/BRANCH/SIGNAL</c> and <c>layer/LAYER/SIGNAL</c>.
/// </summary>
public static class Signals
{
    /// <summary>√mean(x²) of what a branch brings.</summary>
    public const string ActivationRms = "activation_rms";

    /// <summary>√mean(g²) of the loss's gradient there. Missing where nothing before the concat is learned.</summary>
    public const string GradientRms = "gradient_rms";

    /// <summary>The second divided by the first. Missing where that is zero.</summary>
    public const string GradientToActivation = "gradient_to_activation";

    /// <summary>The share of channels whose values, all together, are shorter than 1e-6: 0 to 1.</summary>
    public const string DeadChannels = "dead_channels";

    /// <summary>Of the consumer's weights: ‖Wᵢ‖² / Σ‖Wⱼ‖². The branches' shares add up to 1.</summary>
    public const string WeightShare = "weight_share";

    /// <summary>
    /// Of what the consumer makes of its input: ⟨Zᵢ, Z⟩ / ‖Z‖² with Z = Σ Zᵢ, each without its mean per output channel, which a bias or
    /// norm takes away. They add up to 1; negative works against the others.
    /// </summary>
    public const string ContributionShare = "contribution_share";

    /// <summary>
    /// exp(-Σ p ln p) over the singular values of the pooled, centered batch, p their shares (Roy and Vetterli 2007): in how many
    /// directions the samples differ.
    /// </summary>
    public const string EffectiveRank = "effective_rank";

    /// <summary>Linear CKA (unbiased: Nguyen et al. 2021) with the branch of the same concat that is most alike.</summary>
    public const string Similarity = "similarity";

    /// <summary>Which branch that is, from 0.</summary>
    public const string Twin = "twin";

    /// <summary>Linear CKA with the targets.</summary>
    public const string TargetSimilarity = "target_similarity";

    /// <summary>Of a layer: the Euclidean norm of its gradient, before it is clipped.</summary>
    public const string GradientNorm = "gradient_norm";

    /// <summary>Of a layer: the length of a step divided by that of its weights.</summary>
    public const string UpdateRatio = "update_ratio";

    /// <summary>Of a rectifier: the share of channels that are above zero in less than 1 % of places.</summary>
    public const string DeadUnits = "dead_units";

    /// <summary>Of a tanh or sigmoid: the share of channels whose inputs lie where it is flat in more than 99 % of places.</summary>
    public const string SaturatedUnits = "saturated_units";

    /// <summary>Of the job: what the samples have cost so far, as a share of the time of all steps.</summary>
    public const string Overhead = "telemetry_overhead";

    public static IReadOnlyList<string> OfBranches { get; } =
    [
        ActivationRms,
        GradientRms,
        GradientToActivation,
        DeadChannels,
        WeightShare,
        ContributionShare,
        EffectiveRank,
        Similarity,
        Twin,
        TargetSimilarity,
    ];

    public static string Name(ConcatNode concat, ConcatBranch branch, string signal) => $"concat/{concat.Name}/{branch.Name}/{signal}";

    public static string Name(string layer, string signal) => $"layer/{layer}/{signal}";
}
