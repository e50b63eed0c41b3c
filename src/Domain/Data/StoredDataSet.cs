using System.Text.Json;
using System.Text.Json.Serialization;

namespace ConcatService.Domain.Data;

/// <summary>
/// An uploaded data set, which is one run of bytes: for train, validation and test in turn, for each field in turn, the values of all
/// samples, row by row, little-endian. An input or target is the field of its name; a field may be both, and then the network's names
/// decide.
/// </summary>
public sealed record StoredDataSet(DataSetInfo Info, IReadOnlyList<StoredField> Fields)
{
    private static readonly JsonSerializerOptions Format = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    /// <summary>Samples of train, validation and test.</summary>
    [JsonIgnore]
    public IReadOnlyList<long> Counts => [Info.TrainSamples, Info.ValidationSamples, Info.TestSamples];

    [JsonIgnore]
    public long LengthBytes => Counts.Sum() * Fields.Sum(each => each.SampleBytes);

    /// <summary>Where the values of a field begin in the training split.</summary>
    public long OffsetInTrain(string name) => Info.TrainSamples * Fields.TakeWhile(each => each.Name != name).Sum(each => each.SampleBytes);

    /// <summary>As kept in the database.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(this, Format);

    public static StoredDataSet Parse(JsonElement json) => json.Deserialize<StoredDataSet>(Format)!;
}

/// <summary>One tensor of each sample.</summary>
/// <param name="Shape">Without the batch; pictures channels-first.</param>
public sealed record StoredField(string Name, IReadOnlyList<long> Shape, [property: JsonPropertyName("dtype")] ElementType DType)
{
    [JsonIgnore]
    public long SampleBytes => Shape.Aggregate(DType.Bytes(), (product, size) => product * size);
}

/// <summary>Sizes of elements.</summary>
public static class ElementTypes
{
    public static long Bytes(this ElementType type) => type switch
    {
        ElementType.Uint8 => 1,
        ElementType.Float32 => 4,
        _ => 8,
    };
}
