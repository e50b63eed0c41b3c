namespace ConcatService.Persistence.Entities;

/// <summary>A key that opens the API for one team. The key itself is shown once and never stored.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public int TeamId { get; init; }

    public required string Name { get; init; }

    /// <summary>The first characters of the key, so that its owner can tell which one this is.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the whole key, lower-case hexadecimal. Unique.</summary>
    public required string Hash { get; init; }

    public required string[] Scopes { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; set; }

    public DateTimeOffset? LastUsedAt { get; set; }

    public DateTimeOffset? RevokedAt { get; set; }
}
