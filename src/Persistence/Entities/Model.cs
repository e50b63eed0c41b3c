namespace ConcatService.Persistence.Entities;

/// <summary>A name under which trained versions are kept.</summary>
public sealed class Model
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public int TeamId { get; init; }

    /// <summary>Lower-case letters, digits and <c>-</c>. Unique per team.</summary>
    public required string Name { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
