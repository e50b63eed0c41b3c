namespace ConcatService.Persistence.Retention;

/// <summary>What one statement has deleted, or what all of a kind will come to.</summary>
/// <param name="Kind">What it was.</param>
/// <param name="Rows">Events, points and their rollups, checkpoints, requests to export, blobs, rows of the audit.</param>
/// <param name="Bytes">Of these rows; of checkpoints and blobs their content, where nothing else has the same.</param>
public readonly record struct Removed(RetentionKind Kind, long Rows, long Bytes);
