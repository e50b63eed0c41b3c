using System.Text.Json;
using ConcatService.Domain.Diagnostics;
using ConcatService.Domain.Fields;

namespace ConcatService.Domain.Jobs;

/// <summary>The weights that a training begins with: an uploaded file, or a version of a model.</summary>
/// <remarks>
/// Tensors are matched by name: the parameter's own (<c>stem/conv.weight</c>), with <c>.</c> in place of <c>/</c>, as the PyTorch export
/// names it, and as an ONNX file's import does; a prefix that all tensors have in common does not count. Shapes must be equal; the matrix
/// of a linear layer may be transposed. Float16, bfloat16 and float64 become float32.
/// </remarks>
public sealed record InitialWeights
{
    /// <summary>The id of uploaded weights, from <c>POST /v1/weights</c>. Default: null.</summary>
    public string? Id { get; init; }

    /// <summary>In place of <c>id</c>: the name of a model. Default: null.</summary>
    public string? Model { get; init; }

    /// <summary>The version of the model, from 1. Default: null.</summary>
    [Between(1, int.MaxValue)]
    public long? Version { get; init; }

    /// <summary>
    /// Whether every parameter must have a tensor and every tensor a parameter. Where it is false, parameters without one begin as
    /// <c>initialization</c> says, and tensors without one are left. A tensor of another shape is refused either way. Default: true.
    /// </summary>
    public bool Strict { get; init; } = true;

    /// <summary>
    /// By a parameter (<c>head.weight</c>) or a layer (<c>head</c>): the tensor, or for a layer the name before the dot, that it is read
    /// from; null to leave it as it is initialized; <c>{ "name": NAME, "transpose": true }</c> for a square matrix that the file has the
    /// other way round. Default: {}.
    /// </summary>
    [SpecIgnore]
    public IReadOnlyDictionary<string, TensorSource?> Map { get; init; } = new Dictionary<string, TensorSource?>();

    /// <summary>The id, or <c>model/version</c>.</summary>
    internal string Source => Id ?? $"{Model}/{Version}";

    /// <summary>Null after reporting why it cannot be read, and for <c>null</c>.</summary>
    internal static InitialWeights? Read(JsonElement json, SpecPath path, Report report)
    {
        if (json.ValueKind == JsonValueKind.Null)
            return null;
        if (json.ValueKind != JsonValueKind.Object)
        {
            report.Error(Codes.WrongType, path, $"'initial_weights' is {JsonText.Shown(json)}; expected an object or null.");
            return null;
        }

        var read = new InitialWeights();
        AttributeObject.Read(json, read, path, "initial_weights", report, member => member.NameEquals("map"), ["map"]);
        if (json.TryGetProperty("map", out var map))
            read = read with { Map = ReadMap(map, path["map"], report) };
        if ((read.Id is null) == (read.Model is null) || (read.Model is null) != (read.Version is null))
            report.Error(
                Codes.MissingField,
                path,
                "'initial_weights' needs either 'id', of uploaded weights, or 'model' and 'version'."
            );
        else if (read.Id is not null && !Guid.TryParse(read.Id, out _))
            report.Error(Codes.WrongType, path["id"], "'id' must be the id that POST /v1/weights answered.");
        return read;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        Attributes.Of(typeof(InitialWeights)).WriteAll(writer, this);
        writer.WriteStartObject("map");
        foreach (var (key, source) in Map)
        {
            writer.WritePropertyName(key);
            if (source is null)
                writer.WriteNullValue();
            else if (source.Transpose)
                JsonSerializer.Serialize(writer, new { name = source.Name, transpose = true });
            else
                writer.WriteStringValue(source.Name);
        }

        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static Dictionary<string, TensorSource?> ReadMap(JsonElement json, SpecPath path, Report report)
    {
        var map = new Dictionary<string, TensorSource?>();
        if (json.ValueKind != JsonValueKind.Object)
        {
            report.Error(Codes.WrongType, path, $"'map' is {JsonText.Shown(json)}; expected an object of tensors' names by parameters.");
            return map;
        }

        foreach (var member in json.EnumerateObject())
        {
            if (!IsSource(member.Value))
                report.Error(
                    Codes.WrongType,
                    path[member.Name],
                    $"'{JsonText.Shortened(member.Name)}' is {JsonText.Shown(member.Value)}; expected a tensor's name, null, or an object "
                        + "with 'name' and 'transpose'."
                );
            else if (!map.TryAdd(member.Name, SourceOf(member.Value)))
                report.Error(Codes.DuplicateName, path[member.Name], $"'{JsonText.Shortened(member.Name)}' is there twice. Keep one.");
        }

        return map;
    }

    private static bool IsSource(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String or JsonValueKind.Null => true,
        JsonValueKind.Object => json.EnumerateObject().All(member => member.Name is "name" or "transpose")
            && json.TryGetProperty("name", out var name)
            && name.ValueKind == JsonValueKind.String
            && (!json.TryGetProperty("transpose", out var turn) || turn.ValueKind is JsonValueKind.True or JsonValueKind.False),
        _ => false,
    };

    private static TensorSource? SourceOf(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => new(json.GetString()!),
        JsonValueKind.Object => new(
            json.GetProperty("name").GetString()!,
            json.TryGetProperty("transpose", out var turn) && turn.GetBoolean()
        ),
        _ => null,
    };
}
