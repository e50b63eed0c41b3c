using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Specs;

namespace ConcatService.Domain.Jobs;

/// <summary>
/// The <c>settings</c> of a job as a JSON Schema, draft 2020-12, made from the records that hold them: what
/// <c>GET /v1/schema?of=settings</c> answers.
/// </summary>
/// <remarks>
/// Defaults and ranges are the records' own, descriptions their documentation. A setting that comes in kinds has a definition for each.
/// </remarks>
public static class SettingsSchema
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private static readonly Lazy<byte[]> Written = new(() => JsonSerializer.SerializeToUtf8Bytes(Schema(), Readable));

    /// <summary>UTF-8, indented; made once.</summary>
    public static ReadOnlyMemory<byte> Utf8 => Written.Value;

    private static JsonObject Schema()
    {
        var schema = new JsonObject { ["$schema"] = "https://json-schema.org/draft/2020-12/schema", ["title"] = "Training settings" };
        foreach (var (key, value) in Settings())
            schema[key] = value?.DeepClone();
        schema["$defs"] = new JsonObject(
            [
                .. KindsOf(OutputLosses.Kinds),
                .. KindsOf(TrainingSettings.Optimizers),
                .. KindsOf(TrainingSettings.Schedules),
                .. KindsOf(AugmentSettings.Kinds),
                new("gradient_clip", ObjectOf(new GradientClip())),
                new("ema", ObjectOf(new EmaSettings())),
                new("early_stopping", ObjectOf(new EarlyStoppingSettings())),
                new("initial_weights", InitialWeightsOf()),
            ]
        );
        return schema;
    }

    /// <summary>All settings of the record, those with an inside of their own by reference.</summary>
    private static JsonObject Settings()
    {
        var defaults = JsonObject.Create(new TrainingSettings().ToJson())!;
        var simple = Attributes.Of(typeof(TrainingSettings)).Entries.ToDictionary(entry => entry.Property.Name);
        var properties = new JsonObject();
        foreach (var property in typeof(TrainingSettings).GetProperties().OrderBy(property => property.MetadataToken))
        {
            var name = JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
            var schema = simple.TryGetValue(property.Name, out var entry) ? entry.Schema : Nested(name);
            properties[name] = Documented(schema, property, defaults[name]);
        }

        return SchemaWriter.Closed(Documentation.Of(typeof(TrainingSettings)).Summary, [], properties);
    }

    private static JsonObject Nested(string name) => name switch
    {
        "loss" => OneOf(Ref(name), LossOfEachOutput()),
        "augment" => new() { ["type"] = "array", ["items"] = Ref(name) },
        "optimizer" or "schedule" => Ref(name),
        "freeze" => new() { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 } },
        "learning_rates" => new()
        {
            ["type"] = "object",
            ["additionalProperties"] = new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1000 },
        },
        _ => OneOf(Ref(name), new() { ["type"] = "null" }),
    };

    private static JsonObject InitialWeightsOf()
    {
        var schema = ObjectOf(new InitialWeights());
        var tensor = SchemaWriter.Closed(
            "A tensor of the file.",
            ["name"],
            new()
            {
                ["name"] = new JsonObject { ["type"] = "string" },
                ["transpose"] = new JsonObject { ["type"] = "boolean", ["default"] = false },
            }
        );
        var source = OneOf(new JsonObject { ["type"] = "string" }, new JsonObject { ["type"] = "null" }, tensor);
        schema["properties"]!["map"] = Documented(
            new() { ["type"] = "object", ["additionalProperties"] = source },
            typeof(InitialWeights).GetProperty(nameof(InitialWeights.Map))!,
            new JsonObject()
        );
        return schema;
    }

    private static JsonObject LossOfEachOutput()
    {
        var outputs = new JsonObject { ["type"] = "object", ["additionalProperties"] = Ref("loss") };
        return SchemaWriter.Closed("A loss for each output, by the output's name.", ["outputs"], new() { ["outputs"] = outputs });
    }

    /// <summary>A definition for the setting, the name of a kind or an object with its options, and one for each kind.</summary>
    private static IEnumerable<KeyValuePair<string, JsonNode?>> KindsOf<T>(Variants<T> variants)
        where T : class
    {
        var names = new JsonObject { ["enum"] = new JsonArray([.. variants.Kinds.Select(kind => (JsonNode)kind.Name)]) };
        yield return new(variants.What, OneOf([names, .. variants.Kinds.Select(kind => Ref($"{kind.Name}_{variants.What}"))]));
        foreach (var (name, create) in variants.Kinds)
            yield return new($"{name}_{variants.What}", ObjectOf(create(), name));
    }

    /// <param name="options">Holds the defaults.</param>
    /// <param name="type">The name of the kind; null for an object that comes in one.</param>
    private static JsonObject ObjectOf(object options, string? type = null)
    {
        var properties = new JsonObject();
        if (type is not null)
            properties["type"] = new JsonObject { ["const"] = type };
        var attributes = Attributes.Of(options.GetType());
        var defaults = Defaults(attributes, options);
        foreach (var entry in attributes.Entries)
            properties[entry.Name] = Documented(entry.Schema, entry.Property, defaults[entry.Name]);
        var (summary, remarks) = Documentation.Of(options.GetType());
        return SchemaWriter.Closed(remarks is null ? summary : $"{summary} {remarks}", type is null ? [] : ["type"], properties);
    }

    private static JsonObject Defaults(Attributes attributes, object options)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            attributes.WriteAll(writer, options);
            writer.WriteEndObject();
        }

        return JsonNode.Parse(buffer.ToArray())!.AsObject();
    }

    private static JsonObject Documented(JsonObject schema, PropertyInfo property, JsonNode? value)
    {
        schema["description"] = Documentation.Of(property) + ValuesOf(property.PropertyType);
        if (value is not JsonObject { Count: 0 })                               // OpenAPI drops a default without members
            schema["default"] = value?.DeepClone();
        return schema;
    }

    /// <summary>What each value of an enum means, as a Markdown list; empty for other types.</summary>
    private static string ValuesOf(Type type)
    {
        var values = type.IsGenericType ? type.GetGenericArguments()[0] : type;
        if (!values.IsEnum)
            return "";
        var lines = values
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(value => $"\n- `{JsonNamingPolicy.SnakeCaseLower.ConvertName(value.Name)}`: {Documentation.Of(value)}");
        return "\n" + string.Concat(lines);
    }

    private static JsonObject OneOf(params JsonObject[] choices) => new() { ["oneOf"] = new JsonArray(choices) };

    private static JsonObject Ref(string definition) => new() { ["$ref"] = $"#/$defs/{definition}" };
}
