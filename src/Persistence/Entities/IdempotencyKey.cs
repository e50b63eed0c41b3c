namespace ConcatService.Persistence.Entities;

/// <summary>The answer to a call that carried an <c>Idempotency-Key</c>, so that the same call gets the same answer.</summary>
public sealed class IdempotencyKey
{
    /// <summary>How long an answer is kept.</summary>
    public static TimeSpan Memory { get; } = TimeSpan.FromHours(48);

    public int TeamId { get; init; }

    /// <summary>Method and path pattern.</summary>
    public required string Route { get; init; }

    public required string Key { get; init; }

    /// <summary>SHA-256 of the request's body: the same key with another body is an error.</summary>
    public required string RequestHash { get; init; }

    /// <summary>Null while the first call is still being answered.</summary>
    public int? Status { get; set; }

    public string? Body { get; set; }

    /// <summary>Header names and values as JSON, or null.</summary>
    public string? Headers { get; set; }

    public DateTimeOffset CreatedAt { get; init; }
}
