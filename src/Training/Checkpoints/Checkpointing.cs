namespace ConcatService.Training.Checkpoints;

/// <summary>How a training is kept, so that another process can go on with it.</summary>
public sealed record Checkpointing
{
    /// <summary>A checkpoint to go on from, read from where it stands; null to begin.</summary>
    public Stream? From { get; init; }

    /// <summary>
    /// Takes a checkpoint, on the training's thread, which waits. The content is the taker's to dispose. Returns false when the one before
    /// is still on its way: the next step asks again.
    /// </summary>
    public required Func<Kept, bool> Keep { get; init; }

    /// <summary>Asks for a last checkpoint and the end.</summary>
    public CancellationToken Leave { get; init; }

    /// <param name="Step">Steps done.</param>
    /// <param name="Epoch">The epoch in work, from 1.</param>
    /// <param name="Write">Writes the content. Only within the call.</param>
    public sealed record Kept(long Step, int Epoch, Action<Stream> Write);
}
