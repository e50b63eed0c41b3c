namespace ConcatService.Persistence.Entities;

/// <summary>A name under which trained versions are kept.</summary>
public sealed class Model
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    public int TeamId { get; init; }

    /// <summary>Lower-case letters, digits and <c>-</c>. Unique per team.</summary>
    public required string Name { get; init; }

    /// <summary>The highest number that a version has got here, also where that is gone: none is given twice. 0 before the first.</summary>
    public int LastVersion { get; init; }

    public DateTimeOffset CreatedAt { get; init; }
}
