using System.Diagnostics;

namespace ConcatService.Training.Checkpoints;

/// <summary>When a training writes a checkpoint: every so many seconds, and once more when it is asked to leave.</summary>
/// <param name="checkpointing">Null keeps nothing.</param>
internal sealed class CheckpointSchedule(Checkpointing? checkpointing, double everySeconds)
{
    private readonly Stopwatch _sinceLast = new();

    /// <summary>Fires when the training is asked to write a last checkpoint and end.</summary>
    public CancellationToken Leave => checkpointing?.Leave ?? CancellationToken.None;

    public void Start() => _sinceLast.Start();

    /// <summary>Between two steps: writes a checkpoint if one is due.</summary>
    /// <exception cref="OperationCanceledException">The training was asked to leave; the checkpoint is written.</exception>
    public void KeepWhenDue(TrainingProgress progress)
    {
        if (checkpointing is null)
            return;
        var leaves = Leave.IsCancellationRequested;
        var isDue = leaves || _sinceLast.Elapsed.TotalSeconds >= everySeconds;
        if (isDue && checkpointing.Keep(new(progress.Step, progress.Epoch, progress.Write)))
            _sinceLast.Restart();
        if (leaves)
            throw new OperationCanceledException(Leave);
    }
}
