namespace ConcatService.Persistence.Retention;

/// <summary>What is deleted when it is old. What is a job's is as old as the job's end; a job that has not ended keeps it all.</summary>
public enum RetentionKind
{
    /// <summary>Events of jobs. Default: 90 days.</summary>
    Events,

    /// <summary>Points of curves, and with them the signals of branches. Default: 180 days.</summary>
    Metrics,

    /// <summary>Checkpoints of jobs that failed or were cancelled. Default: 7 days.</summary>
    FailedCheckpoints,

    /// <summary>
    /// Checkpoints of jobs that succeeded, but for those that a model version was made of: the last one for the job's own. Default: 30
    /// days.
    /// </summary>
    FinishedCheckpoints,

    /// <summary>
    /// Requests to export a checkpoint that have ended and whose model version is not there, and bytes that nothing refers to, such as
    /// files of exports that were not published. As old as their end. Default: 30 days.
    /// </summary>
    Exports,

    /// <summary>Rows of the audit. Default: 400 days.</summary>
    Audit,
}

public static class RetentionKinds
{
    public static IReadOnlyList<RetentionKind> All { get; } = Enum.GetValues<RetentionKind>();

    /// <summary>The name in JSON: <c>failed_checkpoints</c>.</summary>
    public static string Name(this RetentionKind kind) =>
        kind switch
        {
            RetentionKind.Events => "events",
            RetentionKind.Metrics => "metrics",
            RetentionKind.FailedCheckpoints => "failed_checkpoints",
            RetentionKind.FinishedCheckpoints => "finished_checkpoints",
            RetentionKind.Exports => "exports",
            RetentionKind.Audit => "audit",
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
        };
}
