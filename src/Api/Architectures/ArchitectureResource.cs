using System.Text.Json;
using ConcatService.Api.Requests;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.Architectures;

/// <summary>A kept spec. In lists <c>spec</c> is null.</summary>
internal sealed record ArchitectureResource(
    Guid Id,
    string Name,
    int Version,
    string SpecSha256,
    DateTimeOffset CreatedAt,
    JsonElement? Spec
)
{
    public static ArchitectureResource Of(Architecture kept) =>
        new(kept.Id, kept.Name, kept.Version, kept.SpecHash, kept.CreatedAt, JsonBody.Parse(kept.Spec));
}
