using ConcatService.Persistence.Entities;


namespace ConcatService.Api.Keys;

/// <summary>A key as it is listed.</summary>
internal sealed record KeyResource(
    Guid Id,
    string Team,
    string Name,
    string Prefix,
    string[] Scopes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt,
    DateTimeOffset? RevokedAt
)
{
    public static KeyResource Of(ApiKey key, string team) =>
        new(key.Id, team, key.Name, key.Prefix, key.Scopes, key.CreatedAt, key.ExpiresAt, key.LastUsedAt, key.RevokedAt);
}
