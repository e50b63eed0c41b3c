namespace ConcatService.Persistence.Entities;

/// <summary>
/// How many jobs have ended, as a sum of rows: a trigger adds one for each statement that ends or deletes jobs, maintenance adds them up.
/// Nobody waits for anybody, and nobody counts the jobs themselves.
/// </summary>
public sealed class JobTally
{
    public long Id { get; init; }

    /// <summary>The final state.</summary>
    public required string State { get; init; }

    /// <summary>Of a failure; empty for every other state.</summary>
    public required string FailureClass { get; init; }

    /// <summary>How many more; fewer when they were deleted.</summary>
    public long Jobs { get; init; }
}
