using ConcatService.Domain.Jobs;

namespace ConcatService.Training;

/// <summary>Counts evaluations that brought nothing better.</summary>
internal sealed class EarlyStopping(EarlyStoppingSettings? settings)
{
    /// <summary>Evaluations since then, and the score that they are compared with.</summary>
    public (long Waited, double From) State { get; set; } = (0, double.NegativeInfinity);

    /// <summary>Why the training should end after this evaluation; null to go on.</summary>
    public string? EndAfter(MetricSet? validation)
    {
        if (settings is null || validation is null)
            return null;
        var (waited, from) = State =
            validation.Score > State.From + settings.MinDelta ? (0, validation.Score) : (State.Waited + 1, State.From);
        return waited >= settings.Patience ? $"The validation score was not above {from:0.0000} in the last {waited} evaluations." : null;
    }
}
