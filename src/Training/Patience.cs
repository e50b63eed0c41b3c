using ConcatService.Domain.Jobs;

namespace ConcatService.Training;

/// <summary>Counts evaluations that brought nothing better.</summary>
internal sealed class Patience(EarlyStoppingSettings? settings)
{
    private double _best = double.NegativeInfinity;
    private long _waited;

    /// <summary>Why the training should end after this evaluation; null to go on.</summary>
    public string? EndAfter(Measures? validation)
    {
        if (settings is null || validation is null)
            return null;
        var isBetter = validation.Score > _best + settings.MinDelta;
        (_best, _waited) = isBetter ? (validation.Score, 0) : (_best, _waited + 1);
        return _waited >= settings.Patience ? $"The validation score was not above {_best:0.0000} in the last {_waited} evaluations." : null;
    }
}
