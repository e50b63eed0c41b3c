using System.Text.Json;
using System.Text.RegularExpressions;
using ConcatService.Api.Errors;
using ConcatService.Api.Requests;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Jobs;

namespace ConcatService.Api.Jobs;

/// <summary>
/// What <c>POST /v1/jobs</c> was asked for, as far as it can be read without the database. Usable only when there are no errors.
/// </summary>
/// <param name="Architecture">The spec, or null when <paramref name="ArchitectureId"/> names a kept one.</param>
/// <param name="Dataset">As it was named; whether there is such a data set the database knows.</param>
/// <param name="Name">Null: the spec's name.</param>
/// <param name="ModelName">Null: the spec's name.</param>
internal sealed partial record JobRequest(
    JsonElement? Architecture,
    Guid? ArchitectureId,
    string? Dataset,
    TrainingSettings Settings,
    string? Name,
    string[] Tags,
    string? ModelName,
    JsonElement? Metadata,
    List<PointedError> Errors
)
{
    /// <summary>Whether the settings say <c>normalize</c>, which then is no default.</summary>
    public bool SaysNormalize { get; private init; }

    private const int MaxMetadataBytes = 16 * 1024;
    private const int MaxMetadataDepth = 16;
    private const int MostTags = 20;
    private const int MaxTagLength = 64;

    public static JobRequest Read(JsonElement json)
    {
        var fields = new Fields(json);
        var (architecture, id) = (fields.Object("architecture"), ReadId(fields));
        if (architecture is null && id is null && fields.Errors.Count == 0)
            fields.Fault(
                "architecture",
                "missing_field",
                "'architecture' is missing: a spec, or 'architecture_id' with the id of a kept one."
            );
        if (fields.Any("architecture") is not null && fields.Any("architecture_id") is not null)
            fields.Fault("architecture_id", "out_of_range", "Give 'architecture' or 'architecture_id', not both.");
        var report = new Report();
        var settings = TrainingSettings.Read(fields.Any("settings"), report);
        fields.Errors.AddRange(Pointed(report));
        return new(
            architecture,
            id,
            fields.RequiredText("dataset"),
            settings,
            fields.Text("name"),
            ReadTags(fields),
            ReadModelName(fields),
            ReadMetadata(fields),
            fields.Errors
        )
        {
            SaysNormalize =
                fields.Any("settings") is { ValueKind: JsonValueKind.Object } given && given.TryGetProperty("normalize", out _),
        };
    }

    /// <summary>Faults that the Domain found in parts of the request other than the spec.</summary>
    public static IEnumerable<PointedError> Pointed(Report report) =>
        report
            .Diagnostics.Where(found => found.Severity == Severity.Error)
            .Select(found => new PointedError(found.Path.ToString(), found.Code.Name, found.Message));

    /// <summary>A name that a model can have, from any text: <c>Two Branch!</c> gives <c>two-branch</c>.</summary>
    public static string ModelNameFrom(string? text)
    {
        var name = NotInNames().Replace((text ?? "").ToLowerInvariant(), "-").Trim('-');
        return name.Length == 0 ? "model" : name[..Math.Min(name.Length, 64)].Trim('-');
    }

    private static Guid? ReadId(Fields fields)
    {
        if (fields.Any("architecture_id") is not { } value)
            return null;
        if (value.ValueKind == JsonValueKind.String && value.TryGetGuid(out var id))
            return id;
        fields.Fault("architecture_id", "wrong_type", "'architecture_id' must be the id of a kept architecture.");
        return null;
    }

    private static string[] ReadTags(Fields fields)
    {
        if (fields.Any("tags") is not { } given)
            return [];
        var tags = given.ValueKind == JsonValueKind.Array ? given.EnumerateArray().ToList() : null;
        if (tags is { Count: <= MostTags } && tags.TrueForAll(IsTag))
            return [.. tags.Select(tag => tag.GetString()!).Distinct()];
        fields.Fault(
            "tags",
            "out_of_range",
            $"'tags' must be a list of at most {MostTags} texts of 1 to {MaxTagLength} printable characters."
        );
        return [];

        static bool IsTag(JsonElement tag) =>
            tag.ValueKind == JsonValueKind.String
            && tag.GetString() is { Length: >= 1 and <= MaxTagLength } text
            && !text.Any(char.IsControl);
    }

    private static string? ReadModelName(Fields fields)
    {
        var name = fields.Text("model_name", 64);
        if (name is null || WellNamed().IsMatch(name))
            return name;
        fields.Fault(
            "model_name",
            "out_of_range",
            $"'model_name' must be lower-case letters, digits and '-', such as '{ModelNameFrom(name)}'."
        );
        return null;
    }

    private static JsonElement? ReadMetadata(Fields fields)
    {
        if (fields.Object("metadata") is not { } metadata)
            return null;
        var raw = metadata.GetRawText();
        if (raw.Length <= MaxMetadataBytes && Depth(metadata) <= MaxMetadataDepth)
            return metadata;
        fields.Fault(
            "metadata",
            "out_of_range",
            $"'metadata' must be at most {MaxMetadataBytes} characters long and {MaxMetadataDepth} levels deep."
        );
        return null;
    }

    private static int Depth(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => 1 + json.EnumerateObject().Select(member => Depth(member.Value)).DefaultIfEmpty().Max(),
        JsonValueKind.Array => 1 + json.EnumerateArray().Select(Depth).DefaultIfEmpty().Max(),
        _ => 0,
    };

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]*[a-z0-9])?\\z")]
    private static partial Regex WellNamed();

    [GeneratedRegex("[^a-z0-9-]+")]
    private static partial Regex NotInNames();
}
