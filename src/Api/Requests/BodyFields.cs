using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Api.Docs;
using ConcatService.Api.Errors;
using ConcatService.Domain.Fields;

namespace ConcatService.Api.Requests;

/// <summary>
/// Fields of a body that its schema does not have, where that is closed (<c>additionalProperties: false</c>). The endpoint names its
/// schema, which is the one that the OpenAPI document shows.
/// </summary>
internal static class BodyFields
{
    private static readonly Lazy<IReadOnlyDictionary<string, JsonObject>> Schemas = new(() =>
        WrittenSchemas.All().ToDictionary(each => each.Name, each => each.Schema)
    );

    public static IEnumerable<PointedError> Unknown(JsonElement body, Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<JsonRequest>() is { } taken && Schemas.Value.TryGetValue(taken.Schema, out var schema)
            ? Unknown(body, schema, "")
            : [];

    private static IEnumerable<PointedError> Unknown(JsonElement json, JsonObject schema, string pointer)
    {
        schema = Resolved(schema);
        if (
            json.ValueKind != JsonValueKind.Object
            || schema["additionalProperties"] is not JsonValue
            || schema["properties"] is not JsonObject known
        )
            return [];
        return json.EnumerateObject()
            .SelectMany(field =>
                known[field.Name] is JsonObject property
                    ? Unknown(field.Value, property, Pointers.Append(pointer, field.Name))
                    : [Fault(pointer, field.Name, [.. known.Select(each => each.Key)])]
            );
    }

    private static JsonObject Resolved(JsonObject schema) =>
        (string?)schema["$ref"] is { } target && Schemas.Value.TryGetValue(target[(target.LastIndexOf('/') + 1)..], out var found)
            ? found
            : schema;

    private static PointedError Fault(string pointer, string name, string[] known) =>
        new(
            Pointers.Append(pointer, name),
            Problems.UnknownField,
            $"There is no field '{name}'{(pointer.Length == 0 ? "" : $" in {pointer}")}.{Spelling.DidYouMean(name, known)} "
                + $"The fields are {string.Join(", ", known)}."
        );
}
