namespace ConcatService.Persistence.Entities;

/// <summary>A browser that signed in with a key, and may what that key may. The text in its cookie is never stored.</summary>
public sealed class Session
{
    /// <summary>How long it lasts.</summary>
    public static TimeSpan Lifetime { get; } = TimeSpan.FromHours(12);

    public Guid Id { get; init; } = Guid.CreateVersion7();

    public Guid ApiKeyId { get; init; }

    /// <summary>SHA-256 of the cookie's text, lower-case hexadecimal. Unique.</summary>
    public required string Hash { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset ExpiresAt { get; init; }
}
