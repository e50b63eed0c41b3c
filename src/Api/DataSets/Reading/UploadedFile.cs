namespace ConcatService.Api.DataSets.Reading;

/// <summary>One file of an upload, in a temporary file.</summary>
/// <param name="PartName">Its name in the form.</param>
/// <param name="Start">Its first bytes, up to 8.</param>
internal sealed record UploadedFile(string PartName, string FileName, FileStream Content, byte[] Start) : IDisposable
{
    /// <summary>
    /// By the split's name or else the file's: <c>images_test</c>, <c>t10k-images-idx3-ubyte.gz</c>. Training where neither says anything.
    /// </summary>
    public Split SplitFromName()
    {
        foreach (var name in new[] { PartName, FileName })
        {
            if (name.Contains("test", StringComparison.OrdinalIgnoreCase) || name.StartsWith("t10k", StringComparison.OrdinalIgnoreCase))
                return Split.Test;
            if (name.Contains("val", StringComparison.OrdinalIgnoreCase))
                return Split.Validation;
            if (name.Contains("train", StringComparison.OrdinalIgnoreCase))
                return Split.Train;
        }

        return Split.Train;
    }

    public void Dispose() => Content.Dispose();
}
