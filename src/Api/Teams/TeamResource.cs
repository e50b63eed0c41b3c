namespace ConcatService.Api.Teams;

/// <summary>A team, and how much it has.</summary>
/// <param name="Keys">In force: neither revoked nor expired.</param>
/// <param name="Jobs">Of every state.</param>
/// <param name="DataSets">Names, whatever versions they have.</param>
/// <param name="StoredBytes">Data sets, checkpoints and models; each content once.</param>
internal sealed record TeamResource(
    int Id,
    string Name,
    DateTimeOffset CreatedAt,
    int Keys,
    int Jobs,
    int Models,
    int DataSets,
    long StoredBytes
);
