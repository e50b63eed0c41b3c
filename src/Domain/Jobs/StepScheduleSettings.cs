using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>PyTorch's StepLR after a linear warmup: the peak, multiplied by <c>gamma</c> once per <c>every_epochs</c>.</summary>
public sealed record StepScheduleSettings : ScheduleSettings
{
    private const double PartOfTraining = 1.0 / 3;

    public StepScheduleSettings() => Type = "step";

    /// <summary>Epochs between two decays. Default: auto, a third of the training.</summary>
    [Between(0.01, 10_000)]
    public OrAuto<double> EveryEpochs { get; init; }

    /// <summary>Factor of each decay. Default: 0.1.</summary>
    [Between(1e-6, 1)]
    public double Gamma { get; init; } = 0.1;

    public override ScheduleSettings Resolve(long epochs) =>
        (StepScheduleSettings)base.Resolve(epochs) with
        {
            EveryEpochs = EveryEpochs.Given ?? (PartOfTraining * epochs),
        };

    protected override double FactorAt(double epochs) => Math.Pow(Gamma, Math.Floor(epochs / EveryEpochs.Given!.Value));
}
