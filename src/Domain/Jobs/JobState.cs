namespace ConcatService.Domain.Jobs;

/// <summary>Where a job is in its life. Stored and sent in lower case. What may follow what: <see cref="JobLife"/>.</summary>
public enum JobState
{
    /// <summary>Waits for a worker. Also the state of a job whose attempt was lost and that waits for the next one.</summary>
    Queued,

    /// <summary>Claimed by a worker; its trainer has not taken a step yet.</summary>
    Starting,

    /// <summary>Takes training steps.</summary>
    Running,

    /// <summary>Training is over: exports, compares, writes the model.</summary>
    Finalizing,

    /// <summary>Terminal: the model is in the registry.</summary>
    Succeeded,

    /// <summary>Terminal: see the job's error, whose class is a <see cref="FailureClass"/>.</summary>
    Failed,

    /// <summary>Someone asked for the end and a trainer still works on it.</summary>
    Cancelling,

    /// <summary>Terminal: ended on request.</summary>
    Cancelled,

    /// <summary>Someone asked for a pause and a trainer still works on it.</summary>
    Pausing,

    /// <summary>Holds no worker; goes back to the queue on request.</summary>
    Paused,
}
