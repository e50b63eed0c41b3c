using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Jobs;
using ConcatService.Domain.Specs;

namespace ConcatService.Api.Docs;

/// <summary>
/// Schemas of what is read and written by hand, by name: the spec's from the operators, the settings' from their record, and those of
/// <c>schemas.json</c> beside this file. Never by reflection over the spec's records: what a serializer would say of them no spec can
/// satisfy.
/// </summary>
internal static class WrittenSchemas
{
    private const string Components = "#/components/schemas/";

    public static IEnumerable<(string Name, JsonObject Schema)> All()
    {
        using var written = typeof(WrittenSchemas).Assembly.GetManifestResourceStream("schemas.json")!;
        foreach (var (name, schema) in JsonNode.Parse(written)!.AsObject())
            yield return (name, schema!.DeepClone().AsObject());
        foreach (var each in Spec())
            yield return each;
        yield return ("TrainingSettings", Settings());
    }

    /// <summary>The spec's schema under <c>Architecture</c>, its definitions beside it under <c>spec.</c> and their names.</summary>
    private static IEnumerable<(string Name, JsonObject Schema)> Spec()
    {
        var text = System.Text.Encoding.UTF8.GetString(SchemaWriter.Utf8.Span).Replace("\"#/$defs/", $"\"{Components}spec.");
        var schema = JsonNode.Parse(text)!.AsObject();
        WithoutNumericConstants(schema);
        foreach (var (name, definition) in schema["$defs"]!.AsObject())
            yield return ($"spec.{name}", definition!.DeepClone().AsObject());
        schema.Remove("$defs");
        schema.Remove("$schema");
        yield return ("Architecture", schema);
    }

    /// <summary><c>const: 1</c> as <c>enum: [1]</c>, which says the same: the OpenAPI library holds every constant for a string.</summary>
    private static void WithoutNumericConstants(JsonNode? node)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                WithoutNumericConstants(item);
        }

        if (node is not JsonObject schema)
            return;
        if (schema["const"] is JsonValue constant && constant.GetValueKind() == JsonValueKind.Number)
        {
            schema.Remove("const");
            schema["enum"] = new JsonArray(constant);
        }

        foreach (var member in schema.ToList())
            WithoutNumericConstants(member.Value);
    }

    private static JsonObject Settings()
    {
        var properties = new JsonObject();
        foreach (var setting in Attributes.Of(typeof(TrainingSettings)).Entries)
        {
            var schema = setting.Schema;
            if (Documentation.Of(setting.Property) is { } description)
                schema["description"] = description;
            properties[setting.Name] = schema;
        }

        foreach (
            var nested in typeof(TrainingSettings)
                .GetProperties()
                .Where(property => property.IsDefined(typeof(SpecIgnoreAttribute), inherit: false))
        )
            properties[JsonNamingPolicy.SnakeCaseLower.ConvertName(nested.Name)] = new JsonObject
            {
                ["description"] = Documentation.Of(nested),
            };
        return new()
        {
            ["type"] = "object",
            ["description"] = "Everything has a default.",
            ["properties"] = properties,
            ["additionalProperties"] = false,
        };
    }
}
