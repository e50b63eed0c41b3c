using ConcatService.Persistence.Entities;
using ConcatService.Persistence.Storage;

namespace ConcatService.Api.Inference.Engine;

/// <summary>The files of model versions.</summary>
internal static class OnnxFiles
{
    /// <summary>Writes a version's file to <paramref name="destination"/>.</summary>
    /// <exception cref="InferenceException"><c>not_found</c>: the version was deleted since it was looked up.</exception>
    public static async Task CopyOnnxAsync(this BlobStore blobs, ModelVersion version, Stream destination, CancellationToken cancel)
    {
        if (!await blobs.CopyToAsync(version.TeamId, version.OnnxSha256, destination, cancel))
            throw Deleted(version);
    }

    /// <summary><c>not_found</c>, for what was there when it was looked up.</summary>
    public static InferenceException Deleted(ModelVersion version) =>
        new("not_found", $"Version {version.Version} of this model has just been deleted.", Fault.NotFound);
}
