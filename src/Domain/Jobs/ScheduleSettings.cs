using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>A learning-rate schedule: a function of the step alone, so a resumed training needs no state of it.</summary>
/// <remarks>
/// <c>one_cycle</c> is PyTorch's OneCycleLR: a cosine from peak/25 up to the peak and down to peak/250,000; momentum is not cycled.
/// <c>cosine</c> is CosineAnnealingLR from the peak to 0, <c>constant</c> stays at the peak, and <c>step</c> is StepLR; these three may
/// begin with a linear warmup.
/// </remarks>
public record ScheduleSettings
{
    // torch.optim.lr_scheduler.OneCycleLR: div_factor, final_div_factor, pct_start
    private const double DivFactor = 25, FinalDivFactor = 1e4, PercentStart = 0.3;

    internal static string[] Kinds { get; } = ["one_cycle", "cosine", "step", "constant"];

    /// <summary><c>one_cycle</c> (default), <c>cosine</c>, <c>step</c> or <c>constant</c>.</summary>
    [SpecIgnore]
    public string Type { get; init; } = Kinds[0];

    /// <summary>
    /// Epochs until the learning rate reaches its peak; less than <c>epochs</c>. Default: auto, 30 % of the training for one_cycle,
    /// otherwise 0.
    /// </summary>
    [Between(0, 10_000)]
    public OrAuto<double> WarmupEpochs { get; init; }

    internal static ScheduleSettings Create(string kind) =>
        kind == "step" ? new StepScheduleSettings() : new ScheduleSettings { Type = kind };

    /// <summary>Every <c>"auto"</c> replaced by the value that is used.</summary>
    public virtual ScheduleSettings Resolve(long epochs) => this with { WarmupEpochs = WarmupEpochs.Given ?? AutoWarmupEpochs(epochs) };

    public double AutoWarmupEpochs(long epochs) => Type == "one_cycle" ? PercentStart * epochs : 0;

    /// <summary>The rate of a step.</summary>
    /// <param name="peak">The highest rate.</param>
    /// <param name="step">Counted from 0.</param>
    /// <param name="warmup">Steps until the peak; need not be whole.</param>
    /// <param name="total">Steps of the whole training.</param>
    /// <param name="perEpoch">Steps of an epoch.</param>
    public double RateAt(double peak, long step, double warmup, long total, long perEpoch) => Type switch
    {
        "one_cycle" => OneCycle(peak, step, Math.Max(warmup - 1, 0), total - 1),
        _ when step < warmup => peak * (step + 1) / (warmup + 1),
        "cosine" => Cosine(peak, 0, (step - warmup) / (total - warmup)),
        _ => peak * FactorAt((step - warmup) / perEpoch),
    };

    /// <summary>Factor of the peak, so many epochs after the warmup.</summary>
    protected virtual double FactorAt(double epochs) => 1;

    private static double OneCycle(double peak, long step, double top, double last)
    {
        var first = peak / DivFactor;
        return step <= top
            ? Cosine(first, peak, top == 0 ? 1 : step / top)
            : Cosine(peak, first / FinalDivFactor, (step - top) / (last - top));
    }

    /// <summary>From <paramref name="from"/> at 0 to <paramref name="to"/> at 1, along half a cosine.</summary>
    private static double Cosine(double from, double to, double at) => to + ((from - to) / 2 * (1 + Math.Cos(Math.PI * at)));
}
