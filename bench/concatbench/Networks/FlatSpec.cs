using System.Text.Json;
using System.Text.Json.Nodes;
using ConcatService.Domain.Fields;
using ConcatService.Domain.Operators;

namespace ConcatService.ConcatBench.Networks;

/// <summary>A network with its structures unrolled: one layer after the other, every input by name.</summary>
public static class FlatSpec
{
    public static JsonObject Of(JsonObject spec)
    {
        var graph = OriginalNetwork.GraphOf(spec);
        var flat = new JsonObject();
        foreach (var field in new[] { "layout", "inputs", "symbols" })
        {
            if (spec[field] is { } value)
                flat[field] = value.DeepClone();
        }

        var layers = new JsonArray();
        foreach (var layer in graph.Layers)
            layers.Add((JsonNode)LayerOf(layer));
        flat["layers"] = layers;
        flat["outputs"] = new JsonArray([.. graph.Outputs.Select(output => (JsonNode)Name(output.Wire.Source))]);
        return flat;
    }

    private static JsonObject LayerOf(Layer layer)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            Attributes.Of(layer.Operator.GetType()).Write(writer, layer.Operator);
            writer.WriteEndObject();
        }

        var attributes = (JsonObject)JsonNode.Parse(buffer.ToArray())!;
        var inputs = layer.Inputs.AsEnumerable();
        if (layer.Operator.Like is var (attribute, _))
        {
            attributes[attribute] = new JsonObject { ["like"] = Name(layer.Inputs[^1].Source) };
            inputs = layer.Inputs[..^1];
        }

        var written = new JsonObject
        {
            ["name"] = Name(layer.Name),
            ["type"] = layer.Operator.Kind,
            ["inputs"] = new JsonArray([.. inputs.Select(wire => (JsonNode)Name(wire.Source))]),
        };
        foreach (var (name, value) in attributes)
            written[name] = value?.DeepClone();
        return written;
    }

    private static string Name(string name) => name.Replace('/', '.');
}
