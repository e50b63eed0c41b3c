using System.Text.Json.Nodes;
using ConcatService.Domain.Operators;

namespace ConcatService.Import;

/// <summary>A layer of a spec as JSON.</summary>
internal static class Layers
{
    /// <summary>Attributes that are null are left out.</summary>
    public static JsonObject Of(string type, params (string Name, JsonNode? Value)[] attributes)
    {
        var layer = new JsonObject { ["type"] = type };
        foreach (var (name, value) in attributes)
        {
            if (value is not null)
                layer[name] = value;
        }

        return layer;
    }

    public static JsonArray List(params IEnumerable<long> sizes) => new([.. sizes.Select(size => (JsonNode)size)]);

    public static JsonArray Names(IEnumerable<string> names) => new([.. names.Select(name => (JsonNode)name)]);

    /// <summary>Whether the language has this layer type.</summary>
    public static bool Exists(string type) => OperatorCatalog.Find(type) is not null;
}
