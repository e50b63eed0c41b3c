using ConcatService.Domain.Data;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// What is minimized at one output. A network that ends in softmax or sigmoid is trained on the scores before it, where the loss takes
/// scores.
/// </summary>
public abstract record LossSettings
{
    /// <summary>The name in JSON.</summary>
    [SpecIgnore]
    public abstract string Type { get; }

    /// <summary>What the loss of this output is multiplied by before the outputs' losses are added. Default: 1.</summary>
    [Between(0, 1e6)]
    public double Weight { get; init; } = 1;

    /// <summary>Whether this can be minimized for such a target.</summary>
    public abstract bool Fits(LearningTask task);

    internal static string[] Names { get; } =
    ["auto", "cross_entropy", "binary_cross_entropy", "mse", "mae", "huber", "dice_cross_entropy"];

    internal static LossSettings Create(string name) => name switch
    {
        "auto" => new AutoLossSettings(),
        "cross_entropy" => new CrossEntropySettings(),
        "dice_cross_entropy" => CrossEntropySettings.Dice(),
        "binary_cross_entropy" => new BinaryCrossEntropySettings(),
        "huber" => new HuberSettings(),
        _ => RegressionLossSettings.Of(name),
    };

    /// <summary>Itself; <c>auto</c> as what the task asks for, with the same weight.</summary>
    public LossSettings For(LearningTask task)
    {
        if (this is not AutoLossSettings)
            return this;
        var name = task switch
        {
            LearningTask.Multilabel => "binary_cross_entropy",
            LearningTask.Regression => "mse",
            _ => "cross_entropy",
        };
        return Create(name) with { Weight = Weight };
    }
}

/// <summary>
/// Cross entropy over the classes, alone or with the soft Dice loss added (Isensee et al. 2021; for segmentation, where classes differ in
/// size).
/// </summary>
public sealed record CrossEntropySettings : LossSettings
{
    private bool _dice;

    public override string Type => _dice ? "dice_cross_entropy" : "cross_entropy";

    /// <summary>Whether one minus the mean soft Dice of all classes is added.</summary>
    [SpecIgnore]
    public bool WithDice => _dice;

    /// <summary>
    /// The part of the target that is spread over all classes, as in torch.nn.CrossEntropyLoss. Default: 0. Reported losses of validation
    /// and test leave it out.
    /// </summary>
    [Between(0, 0.999)]
    public double LabelSmoothing { get; init; }

    public override bool Fits(LearningTask task) => task == LearningTask.Segmentation || (task == LearningTask.Classification && !_dice);

    public static CrossEntropySettings Dice() => new() { _dice = true };
}

/// <summary>Binary cross entropy of each label, torch.nn.BCEWithLogitsLoss.</summary>
public sealed record BinaryCrossEntropySettings : LossSettings
{
    public override string Type => "binary_cross_entropy";

    public override bool Fits(LearningTask task) => task == LearningTask.Multilabel;
}

/// <summary>The mean of the squared (<c>mse</c>) or of the absolute (<c>mae</c>) differences.</summary>
public sealed record RegressionLossSettings : LossSettings
{
    private string _type = "mse";

    public override string Type => _type;

    public override bool Fits(LearningTask task) => task == LearningTask.Regression;

    internal static RegressionLossSettings Of(string name) => new() { _type = name };
}

/// <summary>Squared differences up to delta, absolute ones above, torch.nn.HuberLoss.</summary>
public sealed record HuberSettings : LossSettings
{
    public override string Type => "huber";

    /// <summary>Where squares turn into absolute values. Default: 1.</summary>
    [Between(1e-6, 1e6)]
    public double Delta { get; init; } = 1;

    public override bool Fits(LearningTask task) => task == LearningTask.Regression;
}

/// <summary>
/// Whatever the target asks for: cross entropy for classes, binary cross entropy for labels, the squared difference for numbers.
/// </summary>
public sealed record AutoLossSettings : LossSettings
{
    public override string Type => "auto";

    public override bool Fits(LearningTask task) => true;
}
