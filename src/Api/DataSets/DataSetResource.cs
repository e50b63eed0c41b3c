using System.Text.Json;
using ConcatService.Domain.Data;
using ConcatService.Persistence.Entities;

namespace ConcatService.Api.DataSets;

/// <summary>Data to train on, as everybody sees it.</summary>
/// <param name="Reference">What a job names it by: the name, and for an uploaded data set its version.</param>
/// <param name="Version">Null for what every installation has.</param>
/// <param name="Inputs">What a network may be given. A field that is here and in <paramref name="Targets"/> is what the network's names
/// make it.</param>
/// <param name="ValidationSamples">0: a job holds out its <c>validation_split</c> of the training samples.</param>
/// <param name="Statistics">By field: minimum, maximum, mean, deviation, and how many training samples each class has; null for what every
/// installation has.</param>
/// <param name="Pictures">Addresses of a few samples as PNG files.</param>
internal sealed record DataSetResource(
    string Name,
    string Reference,
    int? Version,
    string Description,
    IReadOnlyList<DataInput> Inputs,
    IReadOnlyList<DataTarget> Targets,
    long TrainSamples,
    long ValidationSamples,
    long TestSamples,
    string? Sha256,
    long? LengthBytes,
    DateTimeOffset? CreatedAt,
    JsonElement? Statistics,
    IReadOnlyList<string> Pictures
)
{
    /// <summary>How many samples are shown.</summary>
    public const int MostPictures = 8;

    public static DataSetResource Of(DataSetInfo data) =>
        new(
            data.Name,
            data.Name,
            null,
            data.Description,
            data.Inputs,
            data.Targets,
            data.TrainSamples,
            data.ValidationSamples,
            data.TestSamples,
            null,
            null,
            null,
            null,
            data.Inputs.FirstOrDefault(input => input.IsPicture) is { } picture
                ? [
                    .. Enumerable
                        .Range(0, Math.Min(KnownPictures.Count(data.Name, picture), MostPictures))
                        .Select(i => $"/v1/datasets/{data.Name}/pictures/{i}"),
                ]
                : []
        );

    public static DataSetResource Of(UploadedDataSet data)
    {
        var info = StoredDataSet.Parse(data.Content).Info;
        var reference = new DataSetReference(data.Name, data.Version).ToString();
        var pictures = info.Inputs.Any(input => input.IsPicture)
            ? Enumerable.Range(0, (int)Math.Min(info.TrainSamples, MostPictures)).Select(i => $"/v1/datasets/{reference}/pictures/{i}")
            : [];
        return Of(info) with
        {
            Reference = reference,
            Version = data.Version,
            Sha256 = data.Sha256,
            LengthBytes = data.LengthBytes,
            CreatedAt = data.CreatedAt,
            Statistics = data.Statistics,
            Pictures = [.. pictures],
        };
    }
}
