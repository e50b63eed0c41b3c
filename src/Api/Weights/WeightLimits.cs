using ConcatService.Api.Storage;

namespace ConcatService.Api.Weights;

/// <summary>What an upload of weights may cost, and where it lies while it is read.</summary>
/// <param name="UploadBytes"><c>Weights:MaxUploadBytes</c>; default 2,000,000,000, what one ONNX file can have.</param>
/// <param name="Folder">That of data sets.</param>
internal sealed record WeightLimits(long UploadBytes, string Folder)
{
    public static WeightLimits From(IConfiguration configuration) => new(
        configuration.GetValue("Weights:MaxUploadBytes", 2_000_000_000L),
        configuration["DataSets:TemporaryFolder"] ?? Path.GetTempPath());

    /// <summary>A file that is gone when it is closed, or when this process ends.</summary>
    public FileStream NewFile() => new NamelessFile(Folder);
}
