using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;
using ConcatService.Domain.Shapes;
using ConcatService.Domain.Symbols;

namespace ConcatService.Domain.Specs;

/// <summary>
/// The spec as a JSON Schema, draft 2020-12, generated from the operators: what <c>GET /v1/schema</c> answers, and what editors complete
/// with.
/// </summary>
/// <remarks>Flat: one object per layer type, told apart by the constant <c>type</c>, and no field beyond the known ones.</remarks>
public static partial class SchemaWriter
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    private static readonly Lazy<byte[]> Written = new(() => JsonSerializer.SerializeToUtf8Bytes(Schema(), Readable));

    /// <summary>UTF-8, indented; made once.</summary>
    public static ReadOnlyMemory<byte> Utf8 => Written.Value;

    private static JsonObject Schema()
    {
        var schema = Closed("An architecture: inputs, layers and outputs.", required: ["inputs", "layers"], new()
        {
            ["spec_version"] = new JsonObject { ["const"] = 1 },
            ["name"] = new JsonObject { ["type"] = "string", ["description"] = "A label." },
            ["metadata"] = new JsonObject { ["description"] = "Anything, kept as given." },
            ["layout"] = AttributeTypes.Of<Layout>().Schema(Numbers.Any),
            ["inputs"] = Named(Ref("input"), "Name to shape, without the batch."),
            ["symbols"] = Named(
                    ObjectOf(new SymbolPromise(), "What the caller promises about a symbolic size."),
                    "Symbol to the sizes that it may take."
                ),
            ["layers"] = Ref("layers"),
            ["outputs"] = new JsonObject
            {
                ["type"] = "array",
                ["items"] = Ref("reference"),
                ["minItems"] = 1,
                ["description"] = "Layer names. Default: the last layer.",
            },
            ["blocks"] = Named(Ref("layers"), "Lists of layers to be used by block."),
        });
        schema["$defs"] = Definitions();
        var head = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Architecture spec, version 1",
        };
        foreach (var (key, value) in schema)
            head[key] = value?.DeepClone();
        return head;
    }

    private static JsonObject Definitions()
    {
        var definitions = Structures();
        var layers = new JsonArray();
        var nested = new JsonArray
        {
            new JsonObject
            {
                ["enum"] = new JsonArray([
                    .. Kinds(type => !type.Attributes.Entries.Any(entry => entry.Required)).Select(kind => (JsonNode)kind),
                ]),
            },
        };
        foreach (var structure in new[] { "parallel", "repeat", "block", "time_distributed" })
            layers.Add(Ref(structure));
        foreach (var type in OperatorCatalog.All)
        {
            definitions[type.Kind] = LayerOf(type);
            definitions[$"nested_{type.Kind}"] = NestedOf(type);
            layers.Add(Ref(type.Kind));
            nested.Add(Ref($"nested_{type.Kind}"));
        }

        definitions["fuse"] = FuseOf();
        definitions["layer"] = new JsonObject { ["oneOf"] = layers };
        definitions["nested"] = new JsonObject { ["oneOf"] = nested };
        return definitions;
    }

    private static IEnumerable<string> Kinds(Func<OperatorType, bool> which) => OperatorCatalog.All.Where(which).Select(type => type.Kind);

    private static JsonObject LayerOf(OperatorType type)
    {
        var made = type.Create();
        var properties = new JsonObject
        {
            ["type"] = new JsonObject { ["const"] = type.Kind },
            ["name"] = Ref("name"),
            ["inputs"] = InputsOf(made.Arity),
        };
        AddOrigin(properties);
        AddAttributes(properties, type.Attributes);
        if (type.HasWeights)
            properties["weights"] = new JsonObject
            {
                ["oneOf"] = new JsonArray(Ref("reference"), new JsonObject { ["type"] = "null" }),
                ["description"] = "The layer whose weights it computes with, of the same type and options. Default: its own.",
            };
        if (made is IHasShorthand)
        {
            properties["norm"] = Shorthand("Applied to the output; becomes the layer NAME/norm.");
            properties["activation"] = Shorthand("Applied last; becomes the layer NAME/activation.");
        }

        return Closed(Documentation.Of(type.Record).Summary, ["type", .. Required(type.Attributes)], properties);
    }

    private static void AddOrigin(JsonObject properties)
    {
        properties["source"] = Ref("source");
        properties["metadata"] = new JsonObject { ["description"] = "Anything, kept as given." };
    }

    private static JsonObject NestedOf(OperatorType type)
    {
        var properties = new JsonObject { ["type"] = new JsonObject { ["const"] = type.Kind } };
        AddAttributes(properties, type.Attributes);
        return Closed(Documentation.Of(type.Record).Summary, ["type", .. Required(type.Attributes)], properties);
    }

    private static JsonObject FuseOf()
    {
        var fusions = Fusions.All.OrderBy(fusion => fusion.Kind, StringComparer.Ordinal).ToList();
        var choices = new JsonArray { new JsonObject { ["enum"] = new JsonArray([.. fusions.Select(fusion => (JsonNode)fusion.Kind)]) } };
        foreach (var (kind, record) in fusions)
        {
            var properties = new JsonObject { ["type"] = new JsonObject { ["const"] = kind } };
            AddAttributes(properties, Attributes.Of(record));
            choices.Add(Closed(Documentation.Of(record).Summary, ["type"], properties));
        }

        return new() { ["oneOf"] = choices };
    }

    /// <summary>The schema of a record that is an object of its own, without a type.</summary>
    private static JsonObject ObjectOf(object record, string description)
    {
        var attributes = Attributes.Of(record.GetType());
        var properties = new JsonObject();
        AddAttributes(properties, attributes);
        return Closed(description, Required(attributes), properties);
    }

    private static IEnumerable<string> Required(Attributes attributes) =>
        attributes.Entries.Where(entry => entry.Required).Select(entry => entry.Name);

    private static void AddAttributes(JsonObject properties, Attributes attributes)
    {
        foreach (var entry in attributes.Entries)
        {
            var schema = entry.Schema;
            if (Documentation.Of(entry.Property) is { } description)
                schema["description"] = description;
            if (entry.Default is { } value)
                schema["default"] = value;
            properties[entry.Name] = schema;
        }
    }

    private static JsonObject InputsOf(Arity arity)
    {
        var inputs = new JsonObject { ["type"] = "array", ["items"] = Ref("reference"), ["minItems"] = arity.Min };
        if (arity.Max < int.MaxValue)
            inputs["maxItems"] = arity.Max;
        return inputs;
    }

    private static JsonObject Shorthand(string description) =>
        new() { ["oneOf"] = new JsonArray(Ref("nested"), new JsonObject { ["type"] = "null" }), ["description"] = description };

    internal static JsonObject Closed(string? description, IEnumerable<string> required, JsonObject properties)
    {
        var schema = new JsonObject { ["type"] = "object" };
        if (description is not null)
            schema["description"] = description;
        schema["properties"] = properties;
        if (required.ToList() is { Count: > 0 } names)
            schema["required"] = new JsonArray([.. names.Select(name => (JsonNode)name)]);
        schema["additionalProperties"] = false;
        return schema;
    }

    private static JsonObject Named(JsonObject values, string description) =>
        new() { ["type"] = "object", ["description"] = description, ["propertyNames"] = Ref("name"), ["additionalProperties"] = values };

    private static JsonObject Ref(string definition) => new() { ["$ref"] = $"#/$defs/{definition}" };
}
