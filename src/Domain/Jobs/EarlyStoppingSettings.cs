using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Jobs;

/// <summary>Ends a training whose validation score gets no better.</summary>
public sealed record EarlyStoppingSettings
{
    /// <summary>Evaluations in a row without a better score before the end. Default: 5.</summary>
    [Between(1, 10_000)]
    public long Patience { get; init; } = 5;

    /// <summary>By how much a score must be higher to count as better. Default: 0.</summary>
    [Between(0, 1)]
    public double MinDelta { get; init; }
}
