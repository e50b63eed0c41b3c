using ConcatService.Domain.Data;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// The loss of one output. A network that ends in softmax or sigmoid is trained on the logits before it, where the loss takes logits.
/// </summary>
public abstract record LossSettings
{
    /// <summary>The name in JSON.</summary>
    [SpecIgnore]
    public abstract string Type { get; }

    /// <summary>Factor of this output's loss in the sum over all outputs. Default: 1.</summary>
    [Between(0, 1e6)]
    public double Weight { get; init; } = 1;

    /// <summary>Whether this can be minimized for such a target.</summary>
    public abstract bool Fits(LearningTask task);

    internal static string[] Names { get; } =
    ["auto", "cross_entropy", "binary_cross_entropy", "mse", "mae", "huber", "dice_cross_entropy", "focal"];

    internal static LossSettings Create(string name) => name switch
    {
        "auto" => new AutoLossSettings(),
        "cross_entropy" => new CrossEntropySettings(),
        "dice_cross_entropy" => CrossEntropySettings.Dice(),
        "binary_cross_entropy" => new BinaryCrossEntropySettings(),
        "huber" => new HuberSettings(),
        "focal" => new FocalSettings(),
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

/// <summary>A loss over classes, of which some may count more than others.</summary>
public abstract record ClassLossSettings : LossSettings
{
    /// <summary>
    /// How much each class counts: a number for each, in the order of the data set's classes, or <c>"auto"</c>, which is n / (classes ·
    /// count) from the training split (scikit-learn's <c>balanced</c>; of pixels where the target is a mask; 1 for a class that is not
    /// there). The mean over a batch divides by the sum of its weights, as in torch.nn.CrossEntropyLoss. Losses of validation and test are
    /// reported without it. Default: null, all count the same.
    /// </summary>
    [Between(1e-6, 1e6)]
    public ClassWeights? ClassWeights { get; init; }
}

/// <summary>
/// Cross entropy over the classes, torch.nn.CrossEntropyLoss. <c>dice_cross_entropy</c> adds the soft Dice loss (Isensee et al. 2021), for
/// segmentation with classes of very different size.
/// </summary>
public sealed record CrossEntropySettings : ClassLossSettings
{
    private bool _dice;

    public override string Type => _dice ? "dice_cross_entropy" : "cross_entropy";

    /// <summary>Whether one minus the mean soft Dice of all classes is added.</summary>
    [SpecIgnore]
    public bool WithDice => _dice;

    /// <summary>
    /// Part of the target that is spread evenly over all classes, as in torch.nn.CrossEntropyLoss. Losses of validation and test are
    /// reported without it. Default: 0.
    /// </summary>
    [Between(0, 0.999)]
    public double LabelSmoothing { get; init; }

    public override bool Fits(LearningTask task) => task == LearningTask.Segmentation || (task == LearningTask.Classification && !_dice);

    public static CrossEntropySettings Dice() => new() { _dice = true };
}

/// <summary>
/// Focal loss (Lin et al. 2017): the cross entropy -log p of the right class, pixel or label times (1 - p)^gamma, so that what is told
/// rightly already counts little. With gamma 0 it is cross_entropy, and for labels binary_cross_entropy.
/// </summary>
public sealed record FocalSettings : ClassLossSettings
{
    public override string Type => "focal";

    /// <summary>How much less the easy ones count; 0: as much. Default: 2.</summary>
    [Between(0, 20)]
    public double Gamma { get; init; } = 2;

    /// <summary>
    /// Factor of labels that are there, and one minus it of those that are not, as in torchvision.ops.sigmoid_focal_loss; of two classes
    /// the second and the first. For more classes there is class_weights. Default: null, no factor.
    /// </summary>
    [Between(0, 1)]
    public double? Alpha { get; init; }

    public override bool Fits(LearningTask task) => task != LearningTask.Regression;
}

/// <summary>Binary cross entropy of each label, torch.nn.BCEWithLogitsLoss.</summary>
public sealed record BinaryCrossEntropySettings : LossSettings
{
    public override string Type => "binary_cross_entropy";

    public override bool Fits(LearningTask task) => task == LearningTask.Multilabel;
}

/// <summary>Mean squared error (<c>mse</c>) or mean absolute error (<c>mae</c>).</summary>
public sealed record RegressionLossSettings : LossSettings
{
    private string _type = "mse";

    public override string Type => _type;

    public override bool Fits(LearningTask task) => task == LearningTask.Regression;

    internal static RegressionLossSettings Of(string name) => new() { _type = name };
}

/// <summary>Squared error up to <c>delta</c> and absolute error above, torch.nn.HuberLoss.</summary>
public sealed record HuberSettings : LossSettings
{
    public override string Type => "huber";

    /// <summary>The absolute error at which the loss turns from squared to linear. Default: 1.</summary>
    [Between(1e-6, 1e6)]
    public double Delta { get; init; } = 1;

    public override bool Fits(LearningTask task) => task == LearningTask.Regression;
}

/// <summary>Chosen by the target: cross_entropy for classes and masks, binary_cross_entropy for labels, mse for numbers.</summary>
public sealed record AutoLossSettings : LossSettings
{
    public override string Type => "auto";

    public override bool Fits(LearningTask task) => true;
}
