using System.Diagnostics;

namespace ConcatService.Training;

/// <summary>The time that a training has taken, in this attempt and those before.</summary>
internal sealed class TrainingClock
{
    private readonly Stopwatch _steps = new();
    private readonly Stopwatch _whole = new();
    private TimeSpan _stepsBefore, _wholeBefore;

    /// <summary>In training steps, the one in work too; without evaluations and checkpoints.</summary>
    public TimeSpan InSteps => _stepsBefore + _steps.Elapsed;

    /// <summary>In all.</summary>
    public TimeSpan Elapsed => _wholeBefore + _whole.Elapsed;

    /// <summary>Continues from what earlier attempts took.</summary>
    public void Resume(TimeSpan inSteps, TimeSpan elapsed) => (_stepsBefore, _wholeBefore) = (inSteps, elapsed);

    public void Start() => _whole.Start();

    public void StartStep() => _steps.Start();

    public void StopStep() => _steps.Stop();
}
