using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Import.Tests.Keras;

/// <summary>Writes a functional model as Keras does, layer by layer.</summary>
/// <param name="version">2 or 3: how calls are written.</param>
internal sealed class KerasJson(int version = 2)
{
    private readonly JsonArray _layers = [];
    private readonly Dictionary<string, int> _calls = [];

    public string Input(string name, params int?[] shape)
    {
        var sizes = new JsonArray([null, .. shape.Select(size => size is { } known ? (JsonNode)known : null)]);
        var config = new JsonObject { [version == 3 ? "batch_shape" : "batch_input_shape"] = sizes, ["dtype"] = "float32" };
        Layer("InputLayer", name, config)["inbound_nodes"] = new JsonArray();
        return name;
    }

    /// <summary>Adds a layer and its first call.</summary>
    public string Add(string type, string name, string config, params string[] inputs)
    {
        var layer = Layer(type, name, JsonNode.Parse(config)!.AsObject());
        layer["inbound_nodes"] = new JsonArray(Node(inputs));
        return name;
    }

    /// <summary>Calls a layer once more; the name of the new output has the number of the call.</summary>
    public string Call(string name, params string[] inputs)
    {
        var layer = _layers.Single(each => each!["name"]!.GetValue<string>() == name)!;
        layer["inbound_nodes"]!.AsArray().Add((JsonNode)Node(inputs));
        return $"{name}#{_calls[name] = _calls.GetValueOrDefault(name) + 1}";
    }

    /// <summary>Adds a model as a layer.</summary>
    public string Add(KerasJson model, string name, string[] modelInputs, string[] modelOutputs, params string[] inputs)
    {
        var layer = Layer("Functional", name, model.Config(name, modelInputs, modelOutputs));
        layer["inbound_nodes"] = new JsonArray(Node(inputs));
        return name;
    }

    /// <summary>Adds a model that is applied to every step.</summary>
    public string AddSteps(KerasJson model, string name, string[] modelInputs, string[] modelOutputs, params string[] inputs)
    {
        var inner = new JsonObject { ["class_name"] = "Functional", ["config"] = model.Config("inner", modelInputs, modelOutputs) };
        Layer("TimeDistributed", name, new JsonObject { ["layer"] = inner })["inbound_nodes"] = new JsonArray(Node(inputs));
        return name;
    }

    public string Write(string[] inputs, string[] outputs) =>
        new JsonObject
        {
            ["class_name"] = "Functional",
            ["config"] = Config("model", inputs, outputs),
            ["keras_version"] = version == 3 ? "3.3.3" : "2.13.1",
        }.ToJsonString(new JsonSerializerOptions { WriteIndented = true });

    private JsonObject Config(string name, string[] inputs, string[] outputs) =>
        new()
        {
            ["name"] = name,
            ["layers"] = _layers.DeepClone(),
            ["input_layers"] = new JsonArray([.. inputs.Select(Reference)]),
            ["output_layers"] = new JsonArray([.. outputs.Select(Reference)]),
        };

    private JsonObject Layer(string type, string name, JsonObject config)
    {
        config["name"] = name;
        var layer = new JsonObject { ["class_name"] = type, ["config"] = config, ["name"] = name };
        if (version == 3)
            layer["module"] = "keras.layers";
        _layers.Add((JsonNode)layer);
        return layer;
    }

    private static JsonNode Reference(string output) =>
        output.Split('#') is [var name, var call] ? new JsonArray(name, int.Parse(call), 0)
        : output.Split(':') is [var layer, var tensor] ? new JsonArray(layer, 0, int.Parse(tensor))
        : new JsonArray(output, 0, 0);

    private JsonNode Node(string[] inputs)
    {
        if (version != 3)
            return new JsonArray([.. inputs.Select(input =>
            {
                var reference = Reference(input).AsArray();
                reference.Add((JsonNode)new JsonObject());
                return (JsonNode)reference;
            })]);
        var tensors = inputs.Select(input => (JsonNode)new JsonObject
        {
            ["class_name"] = "__keras_tensor__",
            ["config"] = new JsonObject { ["keras_history"] = Reference(input) },
        }).ToArray();
        return new JsonObject
        {
            ["args"] = tensors.Length == 1 ? new JsonArray(tensors) : new JsonArray(new JsonArray(tensors)),
            ["kwargs"] = new JsonObject(),
        };
    }
}
