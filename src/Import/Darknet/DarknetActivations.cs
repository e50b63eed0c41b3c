using System.Text.Json.Nodes;

namespace ConcatService.Import.Darknet;

/// <summary>Darknet's activations by name.</summary>
internal static class DarknetActivations
{
    private static readonly Dictionary<string, Func<JsonNode?>> Known = new()
    {
        ["linear"] = () => null,
        ["leaky"] = () => Layers.Of("leaky_relu", ("negative_slope", 0.1)),
        ["relu"] = () => "relu",
        ["relu6"] = () => "relu6",
        ["mish"] = () => "mish",
        ["swish"] = () => "silu",
        ["logistic"] = () => "sigmoid",
        ["tanh"] = () => "tanh",
        ["elu"] = () => "elu",
        ["selu"] = () => "selu",
        ["gelu"] = () => "gelu",
    };

    /// <summary>False where the name is not known.</summary>
    public static bool TryFind(string name, out JsonNode? activation)
    {
        activation = null;
        if (!Known.TryGetValue(name, out var make))
            return false;
        activation = make();
        return true;
    }
}
