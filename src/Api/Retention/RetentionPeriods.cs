using ConcatService.Domain.Fields;
using ConcatService.Persistence.Retention;

namespace ConcatService.Api.Retention;

/// <summary>How long each kind is kept: ISO 8601 durations, null is forever.</summary>
/// <param name="Events">Events of jobs, from the end of the job.</param>
/// <param name="Metrics">Points of curves and signals of branches, from the end of the job.</param>
/// <param name="FailedCheckpoints">Checkpoints of jobs that failed or were cancelled, from their end.</param>
/// <param name="FinishedCheckpoints">Checkpoints of jobs that succeeded, from their end; not those that a version was made of.</param>
/// <param name="Exports">Exports of checkpoints whose version is not there, and bytes that nothing refers to.</param>
/// <param name="Audit">Rows of the audit.</param>
internal sealed record RetentionPeriods(
    string? Events,
    string? Metrics,
    string? FailedCheckpoints,
    string? FinishedCheckpoints,
    string? Exports,
    string? Audit
)
{
    public static RetentionPeriods Of(RetentionSettings settings) =>
        new(
            Text(settings[RetentionKind.Events]),
            Text(settings[RetentionKind.Metrics]),
            Text(settings[RetentionKind.FailedCheckpoints]),
            Text(settings[RetentionKind.FinishedCheckpoints]),
            Text(settings[RetentionKind.Exports]),
            Text(settings[RetentionKind.Audit])
        );

    public static string? Text(TimeSpan? period) => period is { } finite ? Duration.Write(finite) : null;
}
