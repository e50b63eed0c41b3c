using System.Text.Json;
using System.Text.Json.Nodes;

namespace ConcatService.Import.Keras;

/// <summary>Activations by Keras's names.</summary>
internal static class KerasActivations
{
    private static readonly Dictionary<string, string> Known = new()
    {
        ["relu"] = "relu",
        ["relu6"] = "relu6",
        ["sigmoid"] = "sigmoid",
        ["tanh"] = "tanh",
        ["softmax"] = "softmax",
        ["elu"] = "elu",
        ["selu"] = "selu",
        ["gelu"] = "gelu",
        ["swish"] = "silu",
        ["silu"] = "silu",
        ["softplus"] = "softplus",
        ["mish"] = "mish",
        ["hard_sigmoid"] = "hard_sigmoid",
        ["hard_swish"] = "hard_swish",
        ["hard_silu"] = "hard_swish",
        ["log_softmax"] = "log_softmax",
        ["exponential"] = "exp",
    };

    /// <summary>False where it is not known; null for none.</summary>
    public static bool TryFind(JsonElement? written, out JsonNode? activation, out string name)
    {
        (activation, name) = (null, NameOf(written));
        if (name is "" or "linear")
            return true;
        if (name == "leaky_relu")
        {
            activation = Layers.Of("leaky_relu", ("negative_slope", 0.2));
            return true;
        }

        if (!Known.TryGetValue(name, out var type) || !Layers.Exists(type))
            return false;
        activation = type;
        return true;
    }

    /// <summary>Keras 3 and custom activations are objects with a config.</summary>
    private static string NameOf(JsonElement? written) =>
        written switch
        {
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            { ValueKind: JsonValueKind.Object } full when new KerasConfig(full).Text("config") is { } name => name,
            { ValueKind: JsonValueKind.Object } full when new KerasConfig(full).Text("class_name") is { } type => type.ToLowerInvariant(),
            { ValueKind: JsonValueKind.Object } => "?",
            _ => "",
        };
}
