using System.Text.Json;
using System.Text.RegularExpressions;

namespace ConcatService.Domain.Tests.Specs;

/// <summary>
/// Validates JSON against the keywords of draft 2020-12 that our schema uses; an unknown keyword throws, so that none is passed over.
/// </summary>
public sealed class SchemaValidator(JsonElement root)
{
    private static readonly HashSet<string> Annotations =
        ["$schema", "$id", "$defs", "title", "description", "default", "format", "examples"];

    /// <summary>Null when the value is valid, otherwise the place and keyword of one fault.</summary>
    public string? Fault(JsonElement value) => Check(root, value, "");

    private string? Check(JsonElement schema, JsonElement value, string path)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
            return schema.GetBoolean() ? null : $"{path}: not allowed";
        foreach (var keyword in schema.EnumerateObject())
        {
            if (!Annotations.Contains(keyword.Name) && Apply(keyword, schema, value, path) is { } fault)
                return fault;
        }

        return null;
    }

    private string? Apply(JsonProperty keyword, JsonElement schema, JsonElement value, string path)
    {
        var holds = Holds(keyword, value);
        if (holds is not null)
            return holds.Value ? null : $"{path}: {keyword.Name}";
        return keyword.Name switch
        {
            "$ref" => Check(Definition(keyword.Value.GetString()!), value, path),
            "oneOf" => OneOf(keyword.Value, value, path),
            "items" => First(Items(value).Select((item, i) => Check(keyword.Value, item, $"{path}/{i}"))),
            "properties" => First(
                Members(value)
                    .Where(member => keyword.Value.TryGetProperty(member.Name, out _))
                    .Select(member => Check(keyword.Value.GetProperty(member.Name), member.Value, $"{path}/{member.Name}"))
            ),
            "additionalProperties" => First(
                Members(value)
                    .Where(member => !IsKnown(schema, member.Name))
                    .Select(member => Check(keyword.Value, member.Value, $"{path}/{member.Name}"))
            ),
            "propertyNames" => First(
                Members(value)
                    .Select(member => Check(keyword.Value, JsonSerializer.SerializeToElement(member.Name), $"{path}/{member.Name}"))
            ),
            _ => throw new NotSupportedException($"The schema uses '{keyword.Name}', which this validator does not know."),
        };
    }

    /// <summary>Whether a keyword without an inside holds; null for the others. A keyword for another JSON type holds.</summary>
    private static bool? Holds(JsonProperty keyword, JsonElement value) => keyword.Name switch
    {
        "type" when keyword.Value.ValueKind == JsonValueKind.Array =>
            keyword.Value.EnumerateArray().Any(type => IsType(type.GetString()!, value)),
        "type" => IsType(keyword.Value.GetString()!, value),
        "const" => JsonElement.DeepEquals(keyword.Value, value),
        "enum" => keyword.Value.EnumerateArray().Any(allowed => JsonElement.DeepEquals(allowed, value)),
        "minimum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() >= keyword.Value.GetDouble(),
        "maximum" => value.ValueKind != JsonValueKind.Number || value.GetDouble() <= keyword.Value.GetDouble(),
        "minLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length >= keyword.Value.GetInt32(),
        "maxLength" => value.ValueKind != JsonValueKind.String || value.GetString()!.Length <= keyword.Value.GetInt32(),
        "pattern" => value.ValueKind != JsonValueKind.String || Regex.IsMatch(value.GetString()!, keyword.Value.GetString()!),
        "minItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() >= keyword.Value.GetInt32(),
        "maxItems" => value.ValueKind != JsonValueKind.Array || value.GetArrayLength() <= keyword.Value.GetInt32(),
        "required" => value.ValueKind != JsonValueKind.Object
            || keyword.Value.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out _)),
        _ => null,
    };

    /// <summary>Exactly one must fit; where none does, the fault of the one with the right <c>type</c> is the one to tell.</summary>
    private string? OneOf(JsonElement choices, JsonElement value, string path)
    {
        var faults = choices.EnumerateArray().Select(choice => Check(choice, value, path)).ToList();
        var fitting = faults.Count(fault => fault is null);
        return fitting == 1
            ? null
            : $"{path}: {fitting} of {faults.Count} fit: "
                + string.Join(
                    "; ",
                    faults.Where(fault => fault?.EndsWith("/type: const", StringComparison.Ordinal) == false).Take(3)
                );
    }

    private JsonElement Definition(string reference) => root.GetProperty("$defs").GetProperty(reference["#/$defs/".Length..]);

    private static bool IsKnown(JsonElement schema, string name) =>
        schema.TryGetProperty("properties", out var known) && known.TryGetProperty(name, out _);

    private static JsonElement.ArrayEnumerator Items(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : default;

    private static JsonElement.ObjectEnumerator Members(JsonElement value) =>
        value.ValueKind == JsonValueKind.Object ? value.EnumerateObject() : default;

    private static string? First(IEnumerable<string?> faults) => faults.FirstOrDefault(fault => fault is not null);

    private static bool IsType(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        "integer" => value.ValueKind == JsonValueKind.Number && value.GetDouble() == Math.Floor(value.GetDouble()),
        _ => throw new NotSupportedException($"The schema uses the type '{type}'."),
    };
}
