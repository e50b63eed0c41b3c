namespace ConcatService.Api.Data.Reading;

/// <summary>One file of an upload, in a temporary file.</summary>
/// <param name="PartName">Its name in the form.</param>
/// <param name="Start">Its first bytes, up to 8.</param>
internal sealed record UploadedFile(string PartName, string FileName, FileStream Content, byte[] Start) : IDisposable
{
    /// <summary>
    /// By the part's name or else the file's: <c>images_test</c>, <c>t10k-images-idx3-ubyte.gz</c>. Training where neither says anything.
    /// </summary>
    public Part PartFromName()
    {
        foreach (var name in new[] { PartName, FileName })
        {
            if (name.Contains("test", StringComparison.OrdinalIgnoreCase) || name.StartsWith("t10k", StringComparison.OrdinalIgnoreCase))
                return Part.Test;
            if (name.Contains("val", StringComparison.OrdinalIgnoreCase))
                return Part.Validation;
            if (name.Contains("train", StringComparison.OrdinalIgnoreCase))
                return Part.Train;
        }

        return Part.Train;
    }

    public void Dispose() => Content.Dispose();
}
