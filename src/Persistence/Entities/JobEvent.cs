using System.Text.Json;

namespace ConcatService.Persistence.Entities;

/// <summary>Something that happened to a job and that its owner wants to read.</summary>
public sealed class JobEvent
{
    public Guid JobId { get; init; }

    /// <summary>From 1, without gaps, in the order of commit: a reader that has seen n has missed nothing up to n.</summary>
    public long Sequence { get; init; }

    public int TeamId { get; init; }

    public DateTimeOffset At { get; init; }

    /// <summary><c>info</c>, <c>warning</c> or <c>error</c>.</summary>
    public required string Level { get; init; }

    /// <summary>For programs, for example <c>state</c> or <c>epoch</c>.</summary>
    public required string Type { get; init; }

    public required string Message { get; init; }

    public JsonElement? Data { get; init; }
}
