using System.Text;
using System.Text.Json.Nodes;

namespace ConcatService.FuzzApi;

/// <summary>Bodies: the documented example or one made from the schema, as it is or with changes.</summary>
internal sealed class BodyMaker(ApiDocument document)
{
    private const int MostDepth = 8;

    public (byte[] Bytes, string ContentType) Make(ApiRoute route, Random random)
    {
        var body = Hostile.Pick(random, route.Bodies);
        if (body.ContentType.StartsWith("multipart/", StringComparison.Ordinal))
            return FormMaker.Make(document.Resolve(body.Schema), random);
        if (!body.ContentType.EndsWith("json", StringComparison.Ordinal))
            return (FormMaker.File(random).Bytes, body.ContentType);
        var json = body.Example is not null && random.Next(3) > 0 ? body.Example.DeepClone() : FromSchema(body.Schema, random, 0);
        if (random.Next(3) == 0)
            return (Bytes(json), body.ContentType); // what other calls work on has to come from somewhere
        for (var i = random.Next(1, 4); i > 0; i--)
            json = Changed(json, random);
        return (random.Next(6) == 0 ? Hostile.Damage(Bytes(json), random) : Bytes(json), body.ContentType);
    }

    private static byte[] Bytes(JsonNode? json) => Encoding.UTF8.GetBytes(json?.ToJsonString() ?? "null");

    private JsonNode? FromSchema(JsonNode? given, Random random, int depth)
    {
        if (document.Resolve(given) is not JsonObject schema || depth > MostDepth || random.Next(12) == 0)
            return Hostile.Json(random);
        if (schema["examples"] is JsonArray { Count: > 0 } examples && random.Next(4) > 0)
            return examples[random.Next(examples.Count)]?.DeepClone();
        if (schema["enum"] is JsonArray { Count: > 0 } values)
            return values[random.Next(values.Count)]?.DeepClone();
        foreach (var choice in new[] { "anyOf", "oneOf" })
        {
            if (schema[choice] is JsonArray { Count: > 0 } among)
                return FromSchema(among[random.Next(among.Count)], random, depth + 1);
        }

        return TypeOf(schema, random) switch
        {
            "object" => FromProperties(schema, random, depth),
            "array" => new JsonArray(
                [.. Enumerable.Range(0, random.Next(4)).Select(_ => FromSchema(schema["items"], random, depth + 1))]
            ),
            "integer" => random.Next(1, 40),
            "number" => Math.Round(random.NextDouble(), 3),
            "boolean" => random.Next(2) == 0,
            "null" => null,
            _ => random.Next(2) == 0 ? Hostile.Text(random) : "x",
        };
    }

    private JsonObject FromProperties(JsonObject schema, Random random, int depth)
    {
        var made = new JsonObject();
        var required = schema["required"]?.AsArray().Select(name => (string)name!).ToHashSet() ?? [];
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            if (required.Contains(name) || random.Next(2) == 0)
                made[name] = FromSchema(property, random, depth + 1);
        }

        return made;
    }

    private static string TypeOf(JsonObject schema, Random random) => schema["type"] switch
    {
        JsonArray { Count: > 0 } types => (string)types[random.Next(types.Count)]!,
        JsonValue type => (string)type!,
        _ => schema.ContainsKey("properties") ? "object" : "string",
    };

    /// <summary>One change somewhere in the tree.</summary>
    private static JsonNode? Changed(JsonNode? root, Random random)
    {
        var places = new List<JsonNode>();
        Collect(root, places);
        if (places.Count == 0)
            return Hostile.Json(random);
        switch (Hostile.Pick(random, places))
        {
            case JsonObject { Count: > 0 } fields:
                var name = Hostile.Pick(random, [.. fields.Select(field => field.Key)]);
                if (random.Next(4) == 0)
                    fields.Remove(name);
                else if (random.Next(3) == 0)
                    fields[random.Next(2) == 0 ? name + "s" : Hostile.Text(random)] = Hostile.Json(random);
                else
                    fields[name] = Hostile.Json(random);
                break;
            case JsonArray { Count: > 0 } items:
                var at = random.Next(items.Count);
                if (random.Next(3) == 0)
                    items.RemoveAt(at);
                else if (random.Next(2) == 0)
                    items.Insert(at, items[at]?.DeepClone());
                else
                    items[at] = Hostile.Json(random);
                break;
            case JsonArray items:
                items.Add(Hostile.Json(random));
                break;
            case JsonObject fields:
                fields[Hostile.Text(random)] = Hostile.Json(random);
                break;
        }

        return root;
    }

    private static void Collect(JsonNode? node, List<JsonNode> places)
    {
        if (node is not (JsonObject or JsonArray))
            return;
        places.Add(node);
        foreach (var child in node is JsonObject fields ? fields.Select(field => field.Value) : node.AsArray())
            Collect(child, places);
    }
}
