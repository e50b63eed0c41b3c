using ConcatService.Api.Storage;

namespace ConcatService.Api.DataSets.Reading;

/// <summary>What an upload may cost, and where its files lie while it is read.</summary>
/// <param name="UploadBytes">As sent. <c>DataSets:MaxUploadBytes</c>; default 1 GiB.</param>
/// <param name="Bytes">As stored, and as unpacked on the way there. <c>DataSets:MaxBytes</c>; default 2 GiB less one, what one tensor of
/// bytes can have.</param>
/// <param name="Folder">Must have room for three times an upload as stored. <c>DataSets:TemporaryFolder</c>; default: the system's.</param>
internal sealed record UploadLimits(long UploadBytes, long Bytes, string Folder)
{
    public static UploadLimits From(IConfiguration configuration) => new(
        configuration.GetValue("DataSets:MaxUploadBytes", 1L << 30),
        configuration.GetValue("DataSets:MaxBytes", (1L << 31) - 1),
        configuration["DataSets:TemporaryFolder"] ?? Path.GetTempPath());

    /// <summary>A file that is gone when it is closed, or when this process ends.</summary>
    public FileStream NewFile() => new NamelessFile(Folder);
}
