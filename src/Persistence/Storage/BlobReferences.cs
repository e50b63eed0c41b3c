namespace ConcatService.Persistence.Storage;

/// <summary>
/// Conditions on <c>blobs</c>: that nothing refers to the row. Whoever keeps a hash of a blob in another column adds it here; a test looks
/// for columns that are not here.
/// </summary>
internal static class BlobReferences
{
    public const string NoneButCheckpoints = """
        not exists (select from checkpoint_exports e where e.team_id = blobs.team_id and e.sha256 = blobs.sha256)
        and not exists (select from model_versions v where v.team_id = blobs.team_id and v.onnx_sha256 = blobs.sha256)
        and not exists (select from data_sets d where d.team_id = blobs.team_id and d.sha256 = blobs.sha256)
        and not exists (select from weights w where w.team_id = blobs.team_id and w.sha256 = blobs.sha256)
        and not exists (
            select from jobs j where j.team_id = blobs.team_id and j.initial_sha256 = blobs.sha256 and j.finished_at is null)
        """;

    public const string None = $"""
        not exists (select from checkpoints c where c.team_id = blobs.team_id and c.sha256 = blobs.sha256)
        and {NoneButCheckpoints}
        """;
}
